import { expect, test } from "vitest";
import { withoutSecrets, withoutTokens } from "../../src/config/redact.ts";
import { Secret } from "../../src/config/secret.ts";

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJ2aWRlbyI6e319.c2lnbmF0dXJl-_";

test("access tokens are taken out, whole or cut off", () => {
  expect(withoutTokens(`url?access_token=${jwt}&x=1`)).toBe("url?access_token=[token]&x=1");
  expect(withoutTokens(`cut: ${jwt.slice(0, 30)}`)).toBe("cut: [token]");
  expect(withoutTokens("eyJ is how they begin")).toBe("eyJ is how they begin");
});

test("secrets are taken out wherever they are, but for those that any word may hold", () => {
  expect(withoutSecrets(`a hush-hush b ${jwt}`, [new Secret("hush-hush"), new Secret("a")])).toBe("a *** b [token]");
});
