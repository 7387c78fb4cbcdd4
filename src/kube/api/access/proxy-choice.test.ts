import { expect, it } from "vitest";
import { chooseProxy, parseProxy } from "./proxy-choice.ts";

const PROXY = "http://proxy:3128";

it.each([
  ["https://api.example:6443", { HTTPS_PROXY: PROXY }, `${PROXY}/`],
  ["https://api.example:6443", { https_proxy: PROXY }, `${PROXY}/`],
  ["https://api.example:6443", { HTTPS_PROXY: PROXY, https_proxy: "http://other" }, `${PROXY}/`],
  ["https://api.example:6443", { HTTP_PROXY: PROXY }, undefined],
  ["http://api.example:8080", { HTTP_PROXY: PROXY }, `${PROXY}/`],
  ["http://api.example:8080", { HTTPS_PROXY: PROXY }, undefined],
  ["https://api.example", { HTTPS_PROXY: "proxy:3128" }, `${PROXY}/`],
  ["https://api.example", { HTTPS_PROXY: "https://a:b@proxy" }, "https://a:b@proxy/"],
  ["https://api.example", { HTTPS_PROXY: "" }, undefined],
  ["https://localhost:6443", { HTTPS_PROXY: PROXY }, undefined],
  ["https://127.1.2.3:6443", { HTTPS_PROXY: PROXY }, undefined],
  ["https://[::1]:6443", { HTTPS_PROXY: PROXY }, undefined],
])("%s with %j goes through %s", (server, environment, expected) => {
  expect(chooseProxy(new URL(server), environment)?.href).toBe(expected);
});

it.each([
  ["*", "api.example", true],
  ["api.example", "api.example", true],
  ["API.example", "api.EXAMPLE", true],
  ["example", "api.example", true],
  ["example", "example", true],
  ["ample", "example", false],
  [".example", "api.example", true],
  [".example", "example", false],
  ["*.example", "api.example", true],
  ["*.example", "example", false],
  ["other, api.example ,", "api.example", true],
  ["api.example:6443", "api.example:6443", true],
  ["api.example:443", "api.example", true],
  ["api.example:443", "api.example:6443", false],
  ["10.0.0.1", "10.0.0.1:6443", true],
  ["10.0.0.1:6443", "10.0.0.1:6443", true],
  ["10.0.0.1:443", "10.0.0.1:6443", false],
  ["10.0.0.0/8", "10.1.2.3:6443", true],
  ["10.0.0.0/8", "11.1.2.3:6443", false],
  ["10.0.0.0/99", "10.1.2.3", false],
  ["10.0.0.0/x", "10.1.2.3", false],
  ["10.0.0.1", "10.0.0.1.example", false],
  ["0.0.1", "10.0.0.1", false],
  ["fd00::1", "[fd00::1]:6443", true],
  ["[fd00::1]:6443", "[fd00:0::1]:6443", true],
  ["fd00::/8", "[fd12::1]", true],
  ["fd00::/8", "10.0.0.1", false],
])("NO_PROXY=%s leaves out %s: %s", (list, host, isLeftOut) => {
  const environment = { HTTPS_PROXY: PROXY, NO_PROXY: list };
  expect(chooseProxy(new URL(`https://${host}`), environment) === undefined).toBe(isLeftOut);
});

it("names where the URL of a proxy is wrong, without the password in it", () => {
  expect(() => parseProxy("http://user:secret@:3128", "HTTPS_PROXY")).toThrow(
    'Cannot use the proxy of HTTPS_PROXY: not a URL such as "http://proxy.example:3128"',
  );
  expect(() => parseProxy("socks5://user:secret@proxy:1080", 'kubeconfig "x"')).toThrow(
    'Cannot use proxy "socks5://proxy:1080" of kubeconfig "x": only http and https proxies are supported',
  );
});
