import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { expandListenAddresses } from "./listen-addresses.ts";

const interfaces = {
  lo: [address("127.0.0.1"), address("::1")],
  eth0: [address("192.0.2.5"), address("2001:db8::5"), address("fe80::5")],
};

function address(text: string): NetworkInterfaceInfo {
  const common = { address: text, netmask: "", mac: "", internal: false, cidr: null };
  if (text.includes(":")) return { ...common, family: "IPv6", scopeid: 0 };
  return { ...common, family: "IPv4" };
}

function expand(listenOn: string, except = ""): string[] {
  const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
  return expandListenAddresses(words(listenOn), words(except), () => interfaces);
}

describe("expandListenAddresses", () => {
  it.each([
    ["", "", []],
    ["127.0.0.1", "", ["127.0.0.1"]],
    ["lo", "", ["127.0.0.1", "::1"]],
    ["lo 192.0.2.9", "", ["127.0.0.1", "::1", "192.0.2.9"]],
    ["lo", "127.0.0.1", ["::1"]],
    ["lo 192.0.2.9", "lo", ["192.0.2.9"]],
    ["127.0.0.1 192.0.2.9", "lo", ["192.0.2.9"]],
  ])("makes of %j except %j %j", (listenOn, except, expected) => {
    expect(expand(listenOn, except)).toEqual(expected);
  });

  it("lists an address once, however often and however it is written", () => {
    expect(expand("lo 127.0.0.1 0:0::1 ::0001")).toEqual(["127.0.0.1", "::1"]);
  });

  it("gives link-local IPv6 addresses their interface", () => {
    expect(expand("eth0", "192.0.2.5")).toEqual(["2001:db8::5", "fe80::5%eth0"]);
  });

  it("refuses what is neither address nor interface, and says what there is", () => {
    const reason = "neither an IP address nor an interface with one, known are lo eth0";
    expect(() => expand("eth1")).toThrow(`Cannot listen on "eth1": ${reason}`);
    expect(() => expand("lo", "constructor")).toThrow(`Cannot listen on "constructor": ${reason}`);
  });

  it("refuses to except everything, since no address at all stands for every one", () => {
    expect(() => expand("lo", "127.0.0.1 ::1")).toThrow(
      'Cannot listen on "lo": all addresses are excepted',
    );
  });

  it("asks the system for interfaces only where one is named", () => {
    const refuse = (): never => {
      throw new Error("not permitted");
    };
    expect(expandListenAddresses(["192.0.2.1"], ["192.0.2.2"], refuse)).toEqual(["192.0.2.1"]);
  });
});
