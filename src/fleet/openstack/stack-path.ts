import { join } from "node:path";

export const stackName = "load-generators";

/** Where CDKTF puts a stack, below its output folder. */
export const stackPath = join("stacks", stackName);
