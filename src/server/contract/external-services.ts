import type { EdnsOption } from "../../dns/edns.ts";
import { defineCapability } from "./capability.ts";
import type { State } from "./state.ts";

/** A port of a Service or of an endpoint. */
export interface ExternalPort {
  /** Lower case; "" if it has none. */
  readonly name: string;
  /** Lower case: tcp, udp, sctp. */
  readonly protocol: string;
  /** 0 where there is none: then it has no SRV record. */
  readonly port: number;
}

/** An address behind a Service. */
export interface ExternalEndpoint {
  /** Its name below the Service, in lower-case wire form. */
  readonly label: string;
  /** Canonical text. */
  readonly address: string;
  readonly ports: readonly ExternalPort[];
}

/** How a Service is reached from outside the cluster. */
export interface ExternalService {
  /** The labels of Service and namespace, in lower-case wire form. */
  readonly labels: string;
  /** External addresses and those of load balancers, in canonical text. */
  readonly addresses: readonly string[];
  /** Names of load balancers. */
  readonly hostnames: readonly string[];
  /** One without name and number where there are none. */
  readonly ports: readonly ExternalPort[];
  readonly isHeadless: boolean;
  readonly endpoints: readonly ExternalEndpoint[];
}

/** A thing that is there or not, and the state that says so. */
export interface Known<T> {
  readonly value: T;
  readonly state: State;
}

/** The Services of a cluster as others see them from outside. All of it is valid during the call only. */
export interface ExternalServices {
  /** Of the cluster's own records. */
  readonly ttlSeconds: number;
  /** Grows with each change (RFC 1982). */
  readonly serial: number;
  /** It ends with each change. */
  readonly whole: State;
  /** For answers that may be out of date, what to say of it (RFC 8914 §4.4). */
  readonly staleness: EdnsOption | undefined;
  /** Whether there is a namespace with this label, in lower-case wire form. */
  namespace(label: string): Known<boolean>;
  /** @param labels of Service and namespace, in lower-case wire form */
  service(labels: string): Known<ExternalService | undefined>;
  /** The labels of the Services that have an external address. */
  servicesAt(address: string): Known<readonly string[]>;
  /** All that are shown, by name. */
  services(): Iterable<ExternalService>;
  /** Addresses of this server outside the cluster; of a headless Service those of its endpoints. */
  nameServers(withHeadless: boolean): readonly string[];
  /** @throws {QueryError} if nothing is known of endpoints yet */
  requireEndpoints(): void;
  /** @throws {QueryError} if something is not known yet, so that no name may be denied */
  requireAll(): void;
}

/** Offered by *kubernetes*, used by *k8s_external*. */
export const externalServices = defineCapability<ExternalServices>("external services");
