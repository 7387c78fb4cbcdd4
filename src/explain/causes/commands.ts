import type { Command } from "../explanation.ts";
import { shellWord } from "../words.ts";

/** The commands of others that see what a DNS server cannot. Names are quoted as a shell wants them. */
export const commands = {
  namespaces: (): Command => ({
    why: "which namespaces there are",
    command: "kubectl get namespaces",
  }),
  services: (namespace: string): Command => ({
    why: "which Services the namespace has",
    command: `kubectl get services -n ${shellWord(namespace)}`,
  }),
  service: (namespace: string, name: string): Command => ({
    why: "the Service's selector, type and ports",
    command: `kubectl describe service -n ${shellWord(namespace)} ${shellWord(name)}`,
  }),
  slices: (namespace: string, name: string): Command => ({
    why: "its endpoints and their conditions",
    command: `kubectl get endpointslices -n ${shellWord(namespace)} -l kubernetes.io/service-name=${shellWord(name)} -o yaml`,
  }),
  pods: (namespace: string): Command => ({
    why: "whether the pods that it selects are there and ready, and their labels",
    command: `kubectl get pods -n ${shellWord(namespace)} --show-labels`,
  }),
  pod: (namespace: string, name: string): Command => ({
    why: "why the pod is not ready: its conditions and events",
    command: `kubectl describe pod -n ${shellWord(namespace)} ${shellWord(name)}`,
  }),
  lastLogs: (namespace: string, name: string): Command => ({
    why: "what its containers said before they ended",
    command: `kubectl logs -n ${shellWord(namespace)} ${shellWord(name)} --all-containers --previous`,
  }),
  owner: (namespace: string, kind: string, name: string): Command => ({
    why: "what the pods are made of, with hostname, subdomain or serviceName",
    command: `kubectl get ${shellWord(kind.toLowerCase())} -n ${shellWord(namespace)} ${shellWord(name)} -o yaml`,
  }),
  explain: (name: string, why: string): Command => ({
    why,
    command: `portolan explain ${shellWord(name)}`,
  }),
  explainFrom: (name: string, why: string): Command => ({
    why,
    command: `portolan explain ${shellWord(name)} --from POD.NAMESPACE`,
  }),
  explainType: (name: string, type: string, why: string): Command => ({
    why,
    command: `portolan explain ${shellWord(name)} ${type}`,
  }),
  check: (why: string): Command => ({ why, command: "portolan check" }),
  flush: (name: string): Command => ({
    why: "makes the cache forget the name",
    command: `portolan cache flush ${shellWord(name)}`,
  }),
  upstream: (name: string, address = "UPSTREAM"): Command => ({
    why: "what the upstream says when it is asked from here",
    command: `portolan query ${shellWord(name)} @${shellWord(address)}`,
  }),
  keptByOthers: (seconds: number): Command => ({
    why: `a cache on the node, and the client itself, may keep the denial for up to ${seconds} s after all is mended; whether there is one on the nodes`,
    command: "kubectl get pods -A -l k8s-app=node-local-dns -o wide",
  }),
  nodeLocal: (): Command => ({
    why: "whether a cache on the node, or the client itself, still has a denial of before",
    command: "kubectl get pods -A -l k8s-app=node-local-dns -o wide",
  }),
  policies: (namespace: string): Command => ({
    why: "whether a NetworkPolicy keeps clients out",
    command: `kubectl get networkpolicies -n ${shellWord(namespace)}`,
  }),
  resolvConf: (): Command => ({
    why: "the client's own search list, options and server",
    command: "kubectl exec POD -- cat /etc/resolv.conf",
  }),
  apiServer: (): Command => ({
    why: "whether the API server answers, and lets this server list and watch",
    command: "kubectl get --raw /readyz",
  }),
};
