import type { Level, Rule } from "./rule.ts";

const rule = (id: string, level: Level, what: string, mend: string): Rule => {
  return { id, level, what, mend };
};

/** Nothing in the place of CoreDNS could be told from this. */
export const NO_COREFILE: Rule = rule(
  "no-corefile",
  "error",
  "a file with no Corefile in it, no ConfigMap that has one, and no values of CoreDNS's chart; or one that is not YAML",
  "the message says what is there instead",
);

export const CLUSTER_AWAY: Rule = rule(
  "cluster-away",
  "error",
  "`-from-cluster` found no way to the cluster, or it does not know its user: nothing was looked at",
  "try `kubectl get nodes` with the same kubeconfig and context",
);

/** An error of the chart. */
export const REFUSED: Rule = rule(
  "refused",
  "error",
  "a value that Portolan's chart refuses, as it would end DNS",
  "the message says what to write",
);

export const MOVE_NEEDS: Rule = rule(
  "move-needs",
  "warning",
  "what has to be done before Portolan stands in CoreDNS's place, or DNS would be gone, or come back as it was",
  "the message says it, as a command where there is one",
);

export const DIFFERS: Rule = rule(
  "differs",
  "warning",
  "it is understood, and Portolan does another thing than CoreDNS, or its chart",
  "the message says which",
);

export const OTHER_VERSION: Rule = rule(
  "other-version",
  "note",
  "the CoreDNS that runs is not the version that Portolan is compared with",
  "read CoreDNS's release notes between the two",
);

export const MISSING_RIGHT: Rule = rule(
  "missing-right",
  "warning",
  "`-from-cluster` could not look at something, most likely for a right that its user lacks",
  "have somebody look who may, or give the right",
);

export const MISSING_KEY: Rule = rule(
  "missing-key",
  "warning",
  "a directive names a file of `/etc/coredns` that is no key of the ConfigMap",
  "add the key, or mount the file there",
);

export const UNRESOLVED_NAME: Rule = rule(
  "unresolved-name",
  "warning",
  "with `-resolve`: the name of an upstream has no address here",
  "use addresses, or try where the Pods run: a name may be known there alone",
);

export const IGNORED: Rule = rule(
  "ignored",
  "note",
  "CoreDNS ignores it, and so does Portolan: a key that nothing reads, stub domains of kube-dns, an unknown key of a values file",
  "remove it, or mend its name",
);

export const SAME: Rule = rule(
  "same",
  "note",
  "it means the same for Portolan: nothing is to be done",
  "leave it",
);

/** What is said of objects in a cluster, and of values files, before a move from CoreDNS. */
export const MOVE_RULES: readonly Rule[] = [
  NO_COREFILE,
  CLUSTER_AWAY,
  REFUSED,
  MOVE_NEEDS,
  DIFFERS,
  OTHER_VERSION,
  MISSING_RIGHT,
  MISSING_KEY,
  UNRESOLVED_NAME,
  IGNORED,
  SAME,
];
