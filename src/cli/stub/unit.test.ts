import { describe, expect, it } from "vitest";
import { launchdList, systemdUnit } from "./unit.ts";

describe("systemdUnit", () => {
  it("starts the program with its arguments, and again after a failure", () => {
    const unit = systemdUnit(["/opt/node", "/opt/portolan.js", "dev"]);
    expect(unit).toContain('\nExecStart="/opt/node" "/opt/portolan.js" "dev"\n');
    expect(unit).toContain("\nRestart=on-failure\n");
    expect(unit).toContain("\nWantedBy=default.target\n");
  });

  it("keeps systemd from reading anything into a path", () => {
    const unit = systemdUnit(["/opt/node", '/home/a b/100%/$HOME/"x"\\y.js']);
    expect(unit).toContain('"/home/a b/100%%/$$HOME/\\"x\\"\\\\y.js"');
  });
});

describe("launchdList", () => {
  it("has a string for each argument, with nothing in it that XML would read otherwise", () => {
    const list = launchdList(["/opt/node", "/Users/a & b/<x>.js", "dev"]);
    const strings = [...list.matchAll(/^ {4}<string>(.*)<\/string>$/gm)].map(([, text]) => text);
    expect(strings).toEqual(["/opt/node", "/Users/a &amp; b/&lt;x&gt;.js", "dev"]);
  });
});
