import type { ServicePort } from "../../cluster-source.ts";

/** A power of two. */
const SLOTS = 1024;
const NO_PORTS: readonly ServicePort[] = Object.freeze([]);

/** Most Services have the ports of many others: equal lists are one. Bounded as TextPool is. */
export class PortPool {
  readonly #slots: (readonly ServicePort[])[] = Array.from({ length: SLOTS }, () => NO_PORTS);

  /** A list that equals the given one, which is not to be changed afterwards. */
  share(ports: readonly ServicePort[]): readonly ServicePort[] {
    if (ports.length === 0) return NO_PORTS;
    const slot = slotOf(ports);
    const known = this.#slots[slot] as readonly ServicePort[];
    if (isSame(known, ports)) return known;
    const shared = Object.freeze(ports.map((port) => Object.freeze(port)));
    this.#slots[slot] = shared;
    return shared;
  }
}

function slotOf(ports: readonly ServicePort[]): number {
  let hash = 0;
  for (const { name, port, protocol } of ports) {
    hash = Math.imul(hash, 31) + port * 8 + name.length + protocol.charCodeAt(0);
  }
  return (hash ^ (hash >>> 10)) & (SLOTS - 1);
}

function isSame(a: readonly ServicePort[], b: readonly ServicePort[]): boolean {
  return (
    a.length === b.length &&
    a.every((x, i) => {
      const y = b[i] as ServicePort;
      return (
        x.port === y.port &&
        x.name === y.name &&
        x.protocol === y.protocol &&
        x.nodePort === y.nodePort
      );
    })
  );
}

export const portPool = new PortPool();
