import { expect, it } from "vitest";
import { hostPort } from "./host-port.ts";

it.each([
  ["192.0.2.1", 53, "192.0.2.1:53"],
  ["2001:db8::1", 53, "[2001:db8::1]:53"],
  ["fe80::1%eth0", 53, "[fe80::1%eth0]:53"],
  ["dns.example", "853", "dns.example:853"],
  ["", 8080, ":8080"],
])("writes %s and %s as %s", (host, port, text) => {
  expect(hostPort(host, port)).toBe(text);
});
