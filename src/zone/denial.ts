import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import { wildcardBelow } from "../dns/wildcard.ts";
import type { Nsec3Parameters } from "./nsec3.ts";
import { hashedOwner, nsec3ParametersOf } from "./nsec3.ts";
import type { Missing } from "./walk.ts";
import type { ZoneData, ZoneNode } from "./zone-data.ts";
import { recordsOf } from "./zone-data.ts";

/** Proofs of what is not there, for clients that validate (RFC 4035 §3.1.3, RFC 5155 §7.2). Empty where a zone has none. */
export interface Denial {
  /** The name is there, but not the type. @param name the node's */
  nodata(name: Name): ResourceRecord[];
  /** Neither the name nor a wildcard for it is there. */
  nxdomain(missing: Missing): ResourceRecord[];
  /** A wildcard has answered, for the name itself is not there. */
  wildcard(missing: Missing): ResourceRecord[];
  /** A wildcard is there, but without the type. */
  wildcardNodata(missing: Missing): ResourceRecord[];
  /** A zone below has no DS records. @param name of the cut */
  unsigned(name: Name): ResourceRecord[];
}

const NONE: Denial = {
  nodata: () => [],
  nxdomain: () => [],
  wildcard: () => [],
  wildcardNodata: () => [],
  unsigned: () => [],
};

/** How a zone denies. */
export function denialOf(data: ZoneData): Denial {
  if (data.apexRecords(RrType.NSEC).length > 0) return new NsecDenial(data);
  const parameters = nsec3ParametersOf(data);
  return parameters ? new Nsec3Denial(data, parameters) : NONE;
}

class NsecDenial implements Denial {
  readonly #data: ZoneData;

  constructor(data: ZoneData) {
    this.#data = data;
  }

  nodata(name: Name): ResourceRecord[] {
    // An empty non-terminal has none of its own: the one in front spans it (RFC 4035 §3.1.3.1).
    return proofs(RrType.NSEC, [this.#at(name)]);
  }

  nxdomain({ nextCloser, encloser }: Missing): ResourceRecord[] {
    return proofs(RrType.NSEC, [this.#at(nextCloser), this.#at(wildcardBelow(encloser))]);
  }

  wildcard({ nextCloser }: Missing): ResourceRecord[] {
    return proofs(RrType.NSEC, [this.#at(nextCloser)]);
  }

  wildcardNodata({ nextCloser, encloser }: Missing): ResourceRecord[] {
    return proofs(RrType.NSEC, [this.#at(wildcardBelow(encloser)), this.#at(nextCloser)]);
  }

  unsigned(name: Name): ResourceRecord[] {
    return this.nodata(name);
  }

  #at({ key }: Name): ZoneNode | undefined {
    return this.#data.lastWith(RrType.NSEC, key);
  }
}

class Nsec3Denial implements Denial {
  readonly #data: ZoneData;
  readonly #parameters: Nsec3Parameters;

  constructor(data: ZoneData, parameters: Nsec3Parameters) {
    this.#data = data;
    this.#parameters = parameters;
  }

  nodata(name: Name): ResourceRecord[] {
    const matching = this.#matching(name);
    return proofs(RrType.NSEC3, matching ? [matching] : this.#closestProvable(name));
  }

  nxdomain({ nextCloser, encloser }: Missing): ResourceRecord[] {
    return proofs(RrType.NSEC3, [
      this.#matching(encloser),
      this.#covering(nextCloser),
      this.#covering(wildcardBelow(encloser)),
    ]);
  }

  wildcard({ nextCloser }: Missing): ResourceRecord[] {
    return proofs(RrType.NSEC3, [this.#covering(nextCloser)]);
  }

  wildcardNodata({ nextCloser, encloser }: Missing): ResourceRecord[] {
    return proofs(RrType.NSEC3, [
      this.#matching(encloser),
      this.#covering(nextCloser),
      this.#matching(wildcardBelow(encloser)),
    ]);
  }

  unsigned(name: Name): ResourceRecord[] {
    return this.nodata(name);
  }

  /** Of a name that was left out (opt-out): the nearest above that was not, and what spans the next one (RFC 5155 §7.2.4). */
  #closestProvable(name: Name): (ZoneNode | undefined)[] {
    for (let nextCloser = name; ; nextCloser = nextCloser.parent()) {
      const encloser = nextCloser.parent();
      if (nextCloser.equals(this.#data.origin) || encloser === nextCloser) return [];
      const matching = this.#matching(encloser);
      if (matching) return [matching, this.#covering(nextCloser)];
    }
  }

  #matching(name: Name): ZoneNode | undefined {
    const node = this.#data.find(this.#hashed(name));
    return node?.rrset(RrType.NSEC3) ? node : undefined;
  }

  #covering(name: Name): ZoneNode | undefined {
    return this.#data.lastWith(RrType.NSEC3, this.#hashed(name).key);
  }

  #hashed(name: Name): Name {
    return hashedOwner(name, this.#data.origin, this.#parameters);
  }
}

/** The records of these nodes with their signatures, each once. */
function proofs(type: number, nodes: readonly (ZoneNode | undefined)[]): ResourceRecord[] {
  const records = new Map<string, ResourceRecord[]>();
  for (const node of nodes) {
    const rrset = node?.rrset(type);
    if (!node || !rrset || records.has(node.key)) continue;
    const owner = Name.fromWire(node.key);
    const signatures = node.rrset(RrType.RRSIG, type);
    records.set(node.key, [
      ...recordsOf(owner, rrset),
      ...(signatures ? recordsOf(owner, signatures) : []),
    ]);
  }
  return [...records.values()].flat();
}
