import type { StagedCause } from "./staged-causes.ts";

export interface MixedCase extends StagedCause {
  /** The two things that are wrong, and why one of them is said first. */
  readonly why: string;
}

/** Two causes at once: the one is said first without which the other cannot be met. */
export const MIXED: readonly MixedCase[] = [
  {
    why: "the namespace is misspelt and the upstream is silent: no upstream is meant",
    corefile: "front",
    line: "pg.dtaa",
    code: "no-namespace",
    sentence: /did you mean "data"/,
  },
  {
    why: "namespace and Service are misspelt: the namespace comes first",
    line: "wbe.shpo",
    code: "no-namespace",
    sentence: /did you mean "shop"/,
  },
  {
    why: "no endpoint is ready and the port is misspelt: SRV fails of the port",
    line: "_htpt._tcp.idle.shop.svc.cluster.local SRV",
    code: "no-port",
    sentence: /"idle" .* has no port "_htpt._tcp"/,
  },
  {
    why: "no endpoint is ready and no address is of the family: that stays when pods are ready",
    line: "idle.shop AAAA",
    code: "missing-family",
    sentence: /"idle" .* has no AAAA/,
  },
  {
    why: "pods of IPv6 are not ready and A is asked for: with no endpoint there is no family",
    line: "starting.data A",
    code: "selector-matches-no-pod",
    sentence: /"starting"/,
  },
  {
    why: "the Service is misspelt, and the one that is meant has no ready endpoint",
    line: "idel.shop",
    code: "no-service",
    sentence: /did you mean "idle"/,
  },
  {
    why: "an ExternalName leads to a name that acl blocks",
    line: "blocked.shop",
    code: "external-name-unresolved",
    sentence: /"blocked" .* is another name for "web.blocked.test.", which does not resolve/,
  },
  {
    why: "an ExternalName leads to a Service that is misspelt",
    line: "missing.data",
    code: "external-name-unresolved",
    sentence: /"missing" .* is another name for "wbe.shop.svc.cluster.local."/,
  },
  {
    why: "an ExternalName leads to a Service without ready endpoint: it resolves, and nobody is there",
    line: "toidle.data",
    code: "cluster-ip-without-endpoint",
    sentence: /connections are refused: Service "idle" of namespace "shop"/,
  },
  {
    why: "an ExternalName leads to names whose upstream is silent",
    line: "silent.shop AAAA",
    code: "external-name-unresolved",
    sentence: /"silent" .* is another name for "silent.odd.test."/,
  },
  {
    why: "the search list captures a name that is there outside, and the Service has no ready endpoint",
    line: "broken.com",
    code: "captured-by-search-path",
    sentence: /^"broken.com" is taken for Service "broken" of namespace "com"/,
  },
  {
    why: "the namespace is hidden, and has no such Service either",
    corefile: "hiding",
    line: "nothing.data",
    code: "namespace-hidden",
    sentence: /shows only "shop", "default"/,
  },
  {
    why: "names of pods are off, and the namespace is misspelt: none would resolve",
    corefile: "hiding",
    line: "10-1-0-1.shpo.pod.cluster.local",
    code: "pods-disabled",
    sentence: /^Names of pods are off/,
  },
  {
    why: "the Service is misspelt, and no block serves the names that the search list ends with",
    corefile: "hiding",
    line: "wbe.shop",
    code: "no-service",
    sentence: /did you mean "web"/,
  },
  {
    why: "a plugin in front denies the Service, and the port is misspelt: nobody asks for ports there",
    corefile: "front",
    line: "_htpt._tcp.web.shop.svc.cluster.local SRV",
    code: "answered-in-front",
    sentence: /plugin\/template/,
  },
  {
    why: "a Pod of a StatefulSet is not ready, and the namespace is misspelt",
    line: "pg-2.pg.dtaa",
    code: "no-namespace",
    sentence: /did you mean "data"/,
  },
];
