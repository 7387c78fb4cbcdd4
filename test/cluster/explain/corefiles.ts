/** The cluster with its pods, and what others would say of the names outside. */
const USUAL = `cluster.local:{{PORT}} in-addr.arpa:{{PORT}} ip6.arpa:{{PORT}} {
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig {{KUBECONFIG}}
    pods verified
    fallthrough in-addr.arpa ip6.arpa
  }
  forward . {{OUTSIDE}}
}
blocked.test:{{PORT}} {
  acl {
    block
  }
  forward . {{OUTSIDE}}
}
odd.test:{{PORT}} {
  forward . {{ODD}} {
    max_fails 0
  }
}
dead.test:{{PORT}} {
  forward . 127.0.0.1:1
}
refusing.test:{{PORT}} {
  template ANY ANY {
    rcode REFUSED
  }
}
.:{{PORT}} {
  forward . {{OUTSIDE}}
}
`;

/** A Corefile that hides much, and serves nothing else. */
const HIDING = `cluster.local:{{PORT}} {
  kubernetes cluster.local {
    kubeconfig {{KUBECONFIG}}
    namespaces shop default
    ignore empty_service
  }
}
`;

/** Somebody in front who knows better, and names of pods that nobody verifies. */
const FRONT = `cluster.local:{{PORT}} {
  template ANY ANY web.shop.svc.cluster.local {
    rcode NXDOMAIN
  }
  kubernetes cluster.local {
    kubeconfig {{KUBECONFIG}}
    pods insecure
  }
}
.:{{PORT}} {
  forward . {{ODD}}
}
`;

/** Rules that judge who asks, and what for. */
const GUARDED = `cluster.local:{{PORT}} {
  view pods {
    expr incidr(client_ip(), '10.1.0.0/16')
  }
  acl data.svc.cluster.local {
    block net 10.1.0.0/24
  }
  rewrite name exact front.shop.svc.cluster.local wbe.shop.svc.cluster.local
  kubernetes cluster.local {
    kubeconfig {{KUBECONFIG}}
    pods verified
  }
}
own.test:{{PORT}} {
  forward . 127.0.0.1:{{PORT}}
}
`;

export const COREFILES = { usual: USUAL, hiding: HIDING, front: FRONT, guarded: GUARDED } as const;

export type CorefileName = keyof typeof COREFILES;
