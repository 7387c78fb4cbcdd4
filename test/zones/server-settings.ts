/** Where a server of Debian listens, on 127.0.0.1, and what is its own to write to. */
export interface ServerPlace {
  readonly port: number;
  readonly state: string;
}

/** The head of a configuration of NSD. @param zonesFolder relative names of zone files start there */
export function nsdSettings({ port, state }: ServerPlace, zonesFolder = state): string {
  return `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  zonesdir: "${zonesFolder}"
  database: ""
  pidfile: "${state}/nsd.pid"
  xfrdfile: "${state}/xfrd.state"
  zonelistfile: "${state}/zone.list"
  xfrdir: "${state}"
  server-count: 1
  rrl-ratelimit: 0
remote-control:
  control-enable: no
`;
}

/** The head of a configuration of Knot. @param level of what it logs */
export function knotSettings({ port, state }: ServerPlace, level: "info" | "warning"): string {
  return `server:
  listen: 127.0.0.1@${port}
  rundir: ${state}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: ${state}
log:
  - target: stderr
    any: ${level}
`;
}

/** The head of a configuration of BIND as a secondary that is told of changes at once. */
export function bindSecondarySettings({ port, state }: ServerPlace): string {
  return `options {
  directory "${state}";
  pid-file "${state}/named.pid";
  session-keyfile "${state}/session.key";
  managed-keys-directory "${state}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  notify no;
  min-refresh-time 1;
  min-retry-time 1;
};
controls { };
`;
}
