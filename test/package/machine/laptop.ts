import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Machine } from "./machine.ts";
import { makeMachineTree } from "./machine-tree.ts";

/** Of the network that the laptop is in: who knows names outside of the cluster. */
export const NETWORK_SERVER = "192.0.2.1";
export const OUTSIDE = "203.0.113.9";
/** Of deploy/examples. */
export const WEB = "web.shop.svc.cluster.local";
export const WEB_ADDRESS = "10.96.80.10";

/** A shell's line that is well once the unit of the package, as it was started last, serves. */
export const IS_SERVING =
  "journalctl --output cat _SYSTEMD_INVOCATION_ID=$(systemctl show --property InvocationID --value portolan) | grep --extended-regexp '^\\.:[0-9]+ on 127'";

/** Each name below it has the same address, so that none has been asked for before. */
const OUTSIDE_COREFILE = `.:53 {
    bind ${NETWORK_SERVER}
    template IN A example {
        answer "{{ .Name }} 60 IN A ${OUTSIDE}"
    }
    template IN AAAA example {
        rcode NOERROR
    }
}
`;

const OUTSIDE_UNIT = `[Service]
ExecStart=/usr/bin/portolan -conf /srv/outside -quiet
# The address may not be there yet.
Restart=always
RestartSec=200ms

[Install]
WantedBy=multi-user.target
`;

/** Both ends of a cable are NetworkManager's, as one without the other is never up. */
const CONNECTIONS: Readonly<Record<string, string>> = {
  wired: `[connection]
id=wired
type=veth
interface-name=eth9
[veth]
peer=peer9
[ipv4]
method=manual
address1=${NETWORK_SERVER}/24,192.0.2.254
dns=${NETWORK_SERVER};
[ipv6]
method=disabled
`,
  peer: `[connection]
id=peer
type=veth
interface-name=peer9
[veth]
peer=eth9
[ipv4]
method=disabled
[ipv6]
method=disabled
`,
};

/** A laptop in a network with a server, and with Portolan's package. */
export class Laptop {
  readonly machine: Machine;
  readonly #folder: string;

  private constructor(folder: string, machine: Machine) {
    this.#folder = folder;
    this.machine = machine;
  }

  /** @param before what is done to its tree before it is started, in a shell */
  static async start(before?: (root: string) => void): Promise<Laptop> {
    const folder = mkdtempSync(join(tmpdir(), "portolan-laptop-"));
    const root = join(folder, "root");
    makeMachineTree(root);
    before?.(root);
    const laptop = new Laptop(folder, await Machine.boot(root));
    await laptop.#joinNetwork();
    return laptop;
  }

  async #joinNetwork(): Promise<void> {
    const { machine } = this;
    const folder = "/etc/NetworkManager/system-connections";
    for (const [name, text] of Object.entries(CONNECTIONS)) {
      machine.write(`${folder}/${name}.nmconnection`, text);
      chmodSync(`${machine.root}${folder}/${name}.nmconnection`, 0o600);
    }
    machine.write("/srv/outside", OUTSIDE_COREFILE);
    machine.write("/etc/systemd/system/outside.service", OUTSIDE_UNIT);
    await machine.say("systemctl daemon-reload && systemctl enable --now --quiet outside");
    await machine.say("nmcli connection reload && nmcli --wait 60 connection up wired");
    await machine.until(`portolan query any.example @${NETWORK_SERVER} +short | grep ${OUTSIDE}`);
  }

  /** As a program gets it, by getaddrinfo of the C library; "" for none. */
  async address(name: string): Promise<string> {
    const { output } = await this.machine.run(`getent ahostsv4 ${name}`);
    return output.split(" ")[0] ?? "";
  }

  /** What has to be as before: all that is set, and what Portolan keeps. */
  files(): Promise<string> {
    return this.machine.say(
      "cd / && find etc var/lib/portolan -printf '%p %y %m %u %g %l\\n' 2>/dev/null | sort; find etc var/lib/portolan -type f -exec sha256sum {} + 2>/dev/null | sort",
    );
  }

  async stop(): Promise<void> {
    await this.machine.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
