import type { PluginOrder } from "../server/plugin-order.ts";
import { acl } from "./acl/index.ts";
import { any } from "./any/index.ts";
import { auto } from "./auto/index.ts";
import { autopath } from "./autopath/index.ts";
import { bind } from "./bind/index.ts";
import { bufsize } from "./bufsize/index.ts";
import { cache } from "./cache/index.ts";
import { cancel } from "./cancel/index.ts";
import { chaos } from "./chaos/index.ts";
import { connect } from "./connect/index.ts";
import { debug } from "./debug/index.ts";
import { dns64 } from "./dns64/index.ts";
import { dnssec } from "./dnssec/index.ts";
import { dynupdate } from "./dynupdate/index.ts";
import { erratic } from "./erratic/index.ts";
import { errors } from "./errors/index.ts";
import { etcd } from "./etcd/index.ts";
import { file } from "./file/index.ts";
import { forward } from "./forward/index.ts";
import { gateway } from "./gateway/index.ts";
import { geoip } from "./geoip/index.ts";
import { header } from "./header/index.ts";
import { health } from "./health/index.ts";
import { hosts } from "./hosts/index.ts";
import { k8sExternal } from "./k8s_external/index.ts";
import { kubernetes } from "./kubernetes/index.ts";
import { loadbalance } from "./loadbalance/index.ts";
import { local } from "./local/index.ts";
import { log } from "./log/index.ts";
import { loop } from "./loop/index.ts";
import { metadata } from "./metadata/index.ts";
import { minimal } from "./minimal/index.ts";
import { multisocket } from "./multisocket/index.ts";
import { nodes } from "./nodes/index.ts";
import { nsid } from "./nsid/index.ts";
import { on } from "./on/index.ts";
import { prometheus } from "./prometheus/index.ts";
import { ready } from "./ready/index.ts";
import { reload } from "./reload/index.ts";
import { rewrite } from "./rewrite/index.ts";
import { secondary } from "./secondary/index.ts";
import { root } from "./root/index.ts";
import { shed } from "./shed/index.ts";
import { sign } from "./sign/index.ts";
import { siit } from "./siit/index.ts";
import { template } from "./template/index.ts";
import { timeouts } from "./timeouts/index.ts";
import { transfer } from "./transfer/index.ts";
import { transport } from "./transport/index.ts";
import { tsig } from "./tsig/index.ts";
import { view } from "./view/index.ts";
import { whoami } from "./whoami/index.ts";

/**
 * All plugins, in the order in which queries pass them, which is CoreDNS's (its plugin.cfg).
 * Those that are only a name are CoreDNS's and not built yet: to use one is an error that says so.
 */
export const plugins: PluginOrder = [
  root,
  metadata,
  geoip,
  cancel,
  "proxyproto",
  "quic",
  "grpc_server",
  "https",
  "https3",
  timeouts,
  multisocket,
  transport,
  reload,
  nsid,
  bufsize,
  bind,
  debug,
  "trace",
  ready,
  health,
  "pprof",
  shed,
  prometheus,
  errors,
  log,
  "dnstap",
  local,
  dns64,
  siit,
  any,
  chaos,
  loadbalance,
  tsig,
  rewrite,
  autopath,
  acl,
  cache,
  header,
  dnssec,
  "tls",
  minimal,
  template,
  transfer,
  dynupdate,
  hosts,
  "route53",
  "azure",
  "clouddns",
  k8sExternal,
  gateway,
  nodes,
  connect,
  kubernetes,
  file,
  auto,
  secondary,
  etcd,
  loop,
  forward,
  "grpc",
  erratic,
  whoami,
  on,
  sign,
  view,
  "nomad",
];
