/**
 * Something that plugins of a server block do for each other. They meet only here: who offers it and who
 * uses it know the capability, and nothing of one another.
 *
 *     export const searchPaths = defineCapability<SearchPaths>("search paths");
 *
 *     offers = [searchPaths.offer(this)];                         // in the one plugin's instance
 *     connect() { this.#paths = context.offered(searchPaths); }   // in the other one's
 *
 * @typeParam T what is offered
 */
export class Capability<T> {
  /** In messages: "no plugin offers NAME". */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** For `Instance.offers`. */
  offer(value: T): Offer {
    return new Offer(this, value);
  }

  /** What of these is this capability, in their order. */
  among(offers: readonly Offer[]): T[] {
    // Only `offer` makes them, so the value is of the capability's own type.
    return offers.flatMap(({ capability, value }) => (capability === this ? [value as T] : []));
  }
}

/** A capability, and what an instance puts there. */
export class Offer {
  readonly capability: Capability<unknown>;
  readonly value: unknown;

  constructor(capability: Capability<unknown>, value: unknown) {
    this.capability = capability;
    this.value = value;
  }
}

/** What some plugin of the block offers. */
export interface Offered<T> {
  readonly plugin: string;
  readonly value: T;
}

export function defineCapability<T>(name: string): Capability<T> {
  return new Capability<T>(name);
}
