import { join } from "node:path";
import { ChildProgram } from "./child-program.ts";

/** Files and ports that stay the same when the API server is started again. */
export interface ApiServerOptions {
  readonly path: string;
  readonly folder: string;
  readonly port: number;
  readonly etcdPort: number;
  readonly serviceCidr: string;
  readonly issuer: string;
  /** Behind all others, so that they have the last word: `--feature-gates=WatchList=false`. */
  readonly flags: readonly string[];
}

/** The certificates of the tests of upstreams over TLS. */
export const TEST_CERTIFICATES = join(import.meta.dirname, "../../src/upstream/testdata");

/** A client certificate that the API server takes, as files, and the user that it stands for. */
export const CLIENT_CERTIFICATE = {
  certificate: join(TEST_CERTIFICATES, "client.pem"),
  key: join(TEST_CERTIFICATES, "client.key"),
  user: "client.example.test",
} as const;

/** An address that is nobody's: without one, the API server looks for the machine's default route. */
const ADVERTISED = "192.0.2.250";

/** Where a control plane keeps what it makes. */
export const FILES = {
  certificates: "certificates",
  serviceAccountKey: "service-account.key",
  tokens: "tokens.csv",
  etcd: "etcd",
} as const;

/** Starts kube-apiserver on the loopback; it is not ready yet. */
export function startKubeApiServer(options: ApiServerOptions): Promise<ChildProgram> {
  const key = join(options.folder, FILES.serviceAccountKey);
  const args = [
    `--etcd-servers=http://127.0.0.1:${options.etcdPort}`,
    `--secure-port=${options.port}`,
    "--bind-address=127.0.0.1",
    `--advertise-address=${ADVERTISED}`,
    `--cert-dir=${join(options.folder, FILES.certificates)}`,
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    `--service-account-issuer=${options.issuer}`,
    `--token-auth-file=${join(options.folder, FILES.tokens)}`,
    `--client-ca-file=${join(TEST_CERTIFICATES, "ca.pem")}`,
    "--authorization-mode=RBAC",
    `--service-cluster-ip-range=${options.serviceCidr}`,
    "--disable-admission-plugins=ServiceAccount",
    "--allow-privileged=true",
    "--permit-port-sharing=true",
    "--permit-address-sharing=true",
    ...options.flags,
  ];
  return ChildProgram.start({ name: "kube-apiserver", path: options.path, args });
}
