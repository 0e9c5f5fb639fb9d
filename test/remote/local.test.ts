import { openLocal } from "../../src/remote/local.ts";
import { conformance } from "./conformance.ts";

const signal = new AbortController().signal;

conformance("local", () => openLocal("here", { become: "none", signal }));
