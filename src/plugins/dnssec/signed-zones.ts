import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";

/** The zones that are signed. */
export class SignedZones {
  /** The longest first. */
  readonly #origins: readonly Name[];

  constructor(origins: readonly Name[]) {
    this.#origins = [...origins].sort((one, other) => other.key.length - one.key.length);
  }

  isApex(name: Name): boolean {
    return this.#origins.some((origin) => origin.equals(name));
  }

  /**
   * The zone that signs records of a name. DS records are signed by the zone above the cut (RFC 4034 §5), if that is one of these.
   */
  signerOf(name: Name, type: number): Name | undefined {
    const zones = this.#origins.filter((origin) => name.isWithin(origin));
    const isOfParent = type === RrType.DS && zones[0]?.equals(name) === true;
    return isOfParent ? (zones[1] ?? zones[0]) : zones[0];
  }
}
