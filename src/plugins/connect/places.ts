import type { Socket } from "node:net";
import type { AddressRange } from "./address-range.ts";
import { candidates } from "./address-range.ts";
import type { Destination, PortFailure } from "./place.ts";
import { Place } from "./place.ts";

/** Addresses that somebody else uses are passed by. */
const TRIES = 16;

/** Why a name gets no address: all are in use, or another program has the port on each that was tried. */
export type NoPlace =
  | { readonly obstacle: "names-in-use" }
  | { readonly obstacle: "port-taken"; readonly port: number };

/** An address that is another program's, since that has a port there. */
export interface PassedBy {
  readonly address: string;
  readonly port: number;
}

/** Ports of a name that has been asked for, as others see them from now on. */
export interface PortChange {
  readonly opened: readonly number[];
  readonly closed: readonly number[];
}

/** What is done with those who connect, and what is said of ports; a reload puts another one there. */
export interface PlacesOwner {
  onConnection(place: Place, port: number, socket: Socket): void;
  onFailure(place: Place, failure: PortFailure): void;
  /** The place has not the address that it would have had. */
  onPassedBy(place: Place, passedBy: PassedBy): void;
  /** The cluster has others ready behind it than before. */
  onChange(place: Place, change: PortChange): void;
  /** What this configuration has at an address of a cluster. */
  find(address: string): Destination | undefined;
}

/**
 * The names of the cluster that have an address of this machine, for all configurations with the same range: a reload finds the
 * ports open that are open, and nobody's connection ends for it.
 */
export class Places {
  static readonly #byRange = new Map<string, Places>();
  readonly #range: AddressRange;
  readonly #byName = new Map<string, Place>();
  readonly #byAddress = new Map<string, Place>();
  readonly #sockets = new Set<Socket>();
  readonly #opening = new Map<string, Promise<Place | NoPlace>>();
  #owner: PlacesOwner | undefined;

  private constructor(range: AddressRange) {
    this.#range = range;
  }

  static ofRange(range: AddressRange): Places {
    const known = Places.#byRange.get(range.text);
    if (known) return known;
    const places = new Places(range);
    Places.#byRange.set(range.text, places);
    return places;
  }

  get size(): number {
    return this.#byName.size;
  }

  at(address: string): Place | undefined {
    return this.#byAddress.get(address);
  }

  /** From now on they are this one's: each goes on, or is closed if it has no use for it. */
  adopt(owner: PlacesOwner): void {
    this.#owner = owner;
    for (const place of this.#byName.values()) {
      const found = owner.find(place.destination.address);
      if (found?.target.name === place.name) place.destination = found;
      else this.#close(place);
    }
    this.update();
  }

  /** Ends it all, unless another owner has come. */
  leave(owner: PlacesOwner): void {
    if (this.#owner !== owner) return;
    this.#owner = undefined;
    Places.#byRange.delete(this.#range.text);
    for (const place of this.#byName.values()) this.#close(place);
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /**
   * The place of a destination, its ports open.
   * @param maxNames the place that has been idle for the longest makes room
   */
  open(destination: Destination, maxNames: number): Promise<Place | NoPlace> {
    const { name } = destination.target;
    const known = this.#byName.get(name);
    if (known) {
      known.destination = destination;
      return Promise.resolve(known);
    }
    const underWay = this.#opening.get(name);
    if (underWay) return underWay;
    const count = this.size + this.#opening.size;
    if (count >= maxNames && !this.#makeRoom()) {
      return Promise.resolve({ obstacle: "names-in-use" });
    }
    const opening = this.#open(destination).finally(() => this.#opening.delete(name));
    this.#opening.set(name, opening);
    return opening;
  }

  /** Opens and closes ports as the cluster has them now. */
  update(): void {
    for (const place of this.#byName.values()) void this.#update(place);
  }

  /** Closes places that nobody has asked for and nobody is connected to. @param sinceMs on the clock of `performance.now()` */
  closeIdle(sinceMs: number): void {
    for (const place of this.#byName.values()) {
      if (place.connections === 0 && place.askedMs < sinceMs) this.#close(place);
    }
  }

  async #open(destination: Destination): Promise<Place | NoPlace> {
    const { name } = destination.target;
    let passedBy: PassedBy | undefined;
    for (const address of candidates(this.#range, name, TRIES)) {
      if (this.#byAddress.has(address)) continue;
      const place = new Place(address, destination, (...of) => this.#connected(...of));
      // Nobody else is to take it meanwhile.
      this.#byAddress.set(address, place);
      const failures = await place.update();
      const taken = failures.find(({ code }) => code === "EADDRINUSE");
      if (taken) {
        place.close();
        this.#byAddress.delete(address);
        passedBy ??= { address, port: taken.port };
        continue;
      }
      if (passedBy) this.#owner?.onPassedBy(place, passedBy);
      for (const failure of failures) this.#owner?.onFailure(place, failure);
      this.#byName.set(name, place);
      return place;
    }
    return passedBy
      ? { obstacle: "port-taken", port: passedBy.port }
      : { obstacle: "names-in-use" };
  }

  async #update(place: Place): Promise<void> {
    const before = place.openPorts;
    for (const failure of await place.update()) this.#owner?.onFailure(place, failure);
    const now = place.openPorts;
    const opened = now.filter((port) => !before.includes(port));
    const closed = before.filter((port) => !now.includes(port));
    const isKnown = this.#byName.get(place.name) === place;
    if (isKnown && opened.length + closed.length > 0)
      this.#owner?.onChange(place, { opened, closed });
  }

  #connected(place: Place, port: number, socket: Socket): void {
    this.#sockets.add(socket);
    place.connections++;
    socket.once("close", () => {
      this.#sockets.delete(socket);
      place.connections--;
      place.askedMs = performance.now();
    });
    if (this.#owner) this.#owner.onConnection(place, port, socket);
    else socket.resetAndDestroy();
  }

  /** Without a list of those that could go: a scanner asks for thousands, one after the other. */
  #makeRoom(): boolean {
    let oldest: Place | undefined;
    for (const place of this.#byName.values()) {
      if (place.connections > 0 || (oldest && oldest.askedMs <= place.askedMs)) continue;
      oldest = place;
    }
    if (oldest) this.#close(oldest);
    return oldest !== undefined;
  }

  #close(place: Place): void {
    place.close();
    this.#byName.delete(place.name);
    this.#byAddress.delete(place.address);
  }
}
