import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Laptop, WEB, WEB_ADDRESS } from "./laptop.ts";
import { USER } from "./machine-tree.ts";
import { whyNoMachines } from "./machine.ts";

const why = whyNoMachines();

/** Ours answers for the cluster, and sees what else it is asked. */
const COREFILE = `.:10053 {
    bind 127.0.0.1
    log . {
        class all
    }
    errors
    kubernetes cluster.local {
        manifests /srv/manifests
    }
}
`;
/** As the package brings it, it serves this machine at port 53. */
const ASK_PORT_53 = "portolan query localhost @127.0.0.1 +short | grep -x 127.0.0.1";
const ASK_OURS = `portolan query ${WEB} @127.0.0.1:10053 +short | grep -x ${WEB_ADDRESS}`;
/** The way of systemd, from this version on. */
const DELEGATES_SINCE = 258;

describe.skipIf(why !== undefined)(`with systemd as process 1 (${why ?? "it runs"})`, () => {
  let laptop: Laptop;
  let say: (script: string, user?: string) => Promise<string>;
  let until: (script: string, user?: string) => Promise<string>;
  let version = 0;
  beforeAll(async () => {
    laptop = await Laptop.start();
    const { machine } = laptop;
    say = machine.say.bind(machine);
    until = machine.until.bind(machine);
    version = Number(/^systemd (\d+)/.exec(await say("systemctl --version"))?.[1]);
    console.log(`systemd ${version}`);
  });
  afterAll(() => laptop?.stop());

  /** A property of the unit of the package. */
  function property(name: string): Promise<string> {
    return say(`systemctl show --property ${name} --value portolan`);
  }

  describe("the unit of the package", () => {
    it("has Portolan answer at port 53, as a user made up for it, with one capability", async () => {
      await say("systemctl start portolan");
      await until(ASK_PORT_53);
      const status = await say(`cat /proc/${await property("MainPID")}/status`);
      const field = (name: string): string =>
        new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(status)?.[1] ?? "";
      expect(Number(field("Uid"))).toBeGreaterThanOrEqual(61_184);
      for (const set of ["CapPrm", "CapEff", "CapBnd"]) {
        expect(BigInt(`0x${field(set)}`)).toBe(1n << 10n);
      }
      expect(field("NoNewPrivs")).toBe("1");
      expect(field("Seccomp")).toBe("2");
    });

    it("keeps it from the files of others", async () => {
      const inside = `nsenter --target ${await property("MainPID")} --mount --`;
      expect(await say(`${inside} ls -A /home /root`)).not.toContain(USER);
      for (const path of ["/etc/portolan/x", "/usr/x", "/var/lib/x"]) {
        const { code, output } = await laptop.machine.run(`${inside} touch ${path}`);
        expect({ path, code, output }).toMatchObject({
          code: 1,
          output: expect.stringContaining("Read-only file system"),
        });
      }
    });

    it("is exposed no more than systemd-analyze calls well", async () => {
      const said = await say("systemd-analyze security --no-pager portolan");
      const [, exposure = ""] = /exposure level for portolan.service: ([\d.]+)/.exec(said) ?? [];
      expect(Number(exposure)).toBeLessThanOrEqual(1.6);
    });

    it("has it there again after a crash", async () => {
      const before = await property("MainPID");
      await say(`kill -SEGV ${before}`);
      await until(`systemctl show --property NRestarts --value portolan | grep -x 1`);
      await until(ASK_PORT_53);
      expect(await property("MainPID")).not.toBe(before);
    });

    it("takes a changed Corefile over without an end of the process, and keeps the old one when that is broken", async () => {
      const before = await property("MainPID");
      laptop.machine.write("/etc/portolan/Corefile", "broken {");
      await say("systemctl reload portolan");
      await until("journalctl --unit portolan --grep 'Corefile:1'");
      await say(ASK_PORT_53);
      laptop.machine.write("/etc/portolan/Corefile", COREFILE);
      await say("systemctl reload portolan");
      await until(ASK_OURS);
      expect(await property("MainPID")).toBe(before);
    });

    it("ends it well, and leaves nothing behind", async () => {
      await say("systemctl stop portolan");
      expect(await property("Result")).toBe("success");
      expect(await property("ExecMainStatus")).toBe("0");
      expect(await say("ls /run")).not.toMatch(/^portolan$/m);
      expect(await say("systemctl --failed --quiet")).toBe("");
    });

    it("does not start it with a Corefile that cannot be used, and says where", async () => {
      laptop.machine.write("/etc/portolan/Corefile", "broken {");
      const { code } = await laptop.machine.run("systemctl start portolan");
      expect(code).toBe(1);
      expect(await property("Result")).toBe("exit-code");
      await until("journalctl --unit portolan --grep 'Corefile:1'");
      await say("systemctl stop portolan; systemctl reset-failed --quiet portolan || true");
    });
  });

  describe("portolan stub unit", () => {
    const FOLDER = "~/.config/systemd/user";
    it("prints a unit that the user's own systemd finds no fault with, and runs", async () => {
      await until(`systemctl --user is-system-running --wait | grep running`, USER);
      await say(
        `mkdir -p ${FOLDER} && portolan stub unit -for systemd > ${FOLDER}/portolan-dev.service`,
        USER,
      );
      const verify = `systemd-analyze --user verify --man=no ${FOLDER}/portolan-dev.service`;
      expect(await say(verify, USER)).toBe("");
      // There is no cluster here.
      const [, command = ""] =
        /^ExecStart=(.*)$/m.exec(await say(`cat ${FOLDER}/portolan-dev.service`, USER)) ?? [];
      const dropIn = `[Service]\nExecStart=\nExecStart=${command} -manifests /srv/manifests\n`;
      laptop.machine.write(
        `/home/${USER}/.config/systemd/user/portolan-dev.service.d/x.conf`,
        dropIn,
      );
      await say("systemctl --user daemon-reload", USER);
      await say("systemctl --user enable --quiet --now portolan-dev", USER);
      await until(ASK_OURS);
    });

    it("has it there again after a crash, and ends it well", async () => {
      const main = "systemctl --user show --property MainPID --value portolan-dev";
      await say(`kill -SEGV $(${main})`, USER);
      await until(
        "systemctl --user show --property NRestarts --value portolan-dev | grep -x 1",
        USER,
      );
      await until(ASK_OURS);
      await say("systemctl --user stop portolan-dev", USER);
      const result = "systemctl --user show --property Result --value portolan-dev";
      expect(await say(result, USER)).toBe("success");
      await say("systemctl --user disable --quiet portolan-dev", USER);
    });
  });

  describe("portolan stub, with systemd-resolved", () => {
    let before = "";
    const isGlobal = (): boolean => version < DELEGATES_SINCE;

    it("has programs find the cluster's names, and all others as before", async () => {
      laptop.machine.write("/etc/portolan/Corefile", COREFILE);
      await say("systemctl enable --quiet --now portolan");
      await until(ASK_OURS);
      before = await laptop.files();
      expect(await laptop.address(WEB)).toBe("");
      const said = await say("portolan stub install");
      expect(said).toContain(isGlobal() ? "by a drop-in\n" : "by a delegate of its own\n");
      expect(await laptop.address(WEB)).toBe(WEB_ADDRESS);
      expect(await laptop.address("one.example")).toBe("203.0.113.9");
      // A global server is asked for all names, a delegate for its zones.
      const log = await say("journalctl --unit portolan --output cat");
      expect(log.includes("one.example.")).toBe(isGlobal());
      expect(await say("portolan stub install")).toContain("Installed already");
      await say("portolan stub status");
    });
    it("stays over a reboot, and over the plug", async () => {
      for (const how of ["orderly", "by its plug"] as const) {
        await laptop.machine.reboot(how);
        await until("portolan stub status");
        await until(`getent ahostsv4 ${WEB}`);
        expect(await laptop.address(`${how.replaceAll(" ", "-")}.example`)).toBe("203.0.113.9");
      }
    });
    it("leaves all other names alone when Portolan ends, and the doctor says so", async () => {
      await say("systemctl stop portolan && resolvectl flush-caches");
      expect(await laptop.address("two.example")).toBe("203.0.113.9");
      const { code, output } = await laptop.machine.run("portolan stub doctor");
      expect(code).toBe(2);
      expect(output).toContain("problem: Portolan does not answer at 127.0.0.1:10053");
      expect(output.match(/^problem/gm)).toHaveLength(1);
      expect((await laptop.machine.run("portolan stub status")).code).toBe(2);
      await say("systemctl start portolan");
      await until(ASK_OURS);
    });
    it("is taken back octet by octet, once", async () => {
      expect(await say("portolan stub uninstall")).toContain("All is as before");
      expect(await laptop.files()).toBe(before);
      expect(await laptop.address(WEB)).toBe("");
      expect(await laptop.address("three.example")).toBe("203.0.113.9");
      expect(await say("portolan stub uninstall")).toContain("Nothing is installed");
    });
  });
});
