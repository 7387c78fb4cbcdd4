import { expect, it } from "vitest";
import { portRemedy } from "./port-remedy.ts";

const OF = { address: "127.96.1.2", range: "127.96.0.0/12", port: 80 };

it.each([
  ["EACCES", "linux", "net.ipv4.ip_unprivileged_port_start=0"],
  ["EACCES", "darwin", 'start it with "sudo"'],
  ["EADDRINUSE", "linux", 'choose another "range" than 127.96.0.0/12'],
  ["EADDRNOTAVAIL", "darwin", "sudo ifconfig lo0 alias 127.96.1.2 up"],
  ["EADDRNOTAVAIL", "linux", "this machine has no such address"],
  ["EMFILE", "linux", "ulimit -n"],
  ["ENOBUFS", "linux", "ENOBUFS"],
] as const)("says of %s on %s what to do", (code, platform, remedy) => {
  expect(portRemedy({ ...OF, code, platform })).toContain(remedy);
});
