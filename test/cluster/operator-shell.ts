import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { DEPLOY } from "../deploy-files.ts";
import { ROOT } from "../run-portolan.ts";
import { findKubectl } from "./binaries.ts";

/**
 * What an operator has in PATH. Of kubectl, what needs a kubelet does nothing. The tools of distributions do what their
 * documents say that they do to CoreDNS's Deployment; those of clouds and of the system do nothing.
 */
const TOOLS: Readonly<Record<string, string>> = {
  kubectl: `case " $* " in *" exec "*|*" run "*|*" logs "*) exit 0 ;; esac
exec "${findKubectl()}" "$@"`,
  oc: 'exec kubectl "$@"',
  portolan: `exec "${process.execPath}" "${join(ROOT, "dist/main.js")}" "$@"`,
  kops: `case "$*" in
"edit cluster --set spec.kubeDNS.coreDNSImage="*) echo "\${4#*=}" > kops-image ;;
"edit cluster --unset spec.kubeDNS.coreDNSImage") echo registry.k8s.io/coredns/coredns:v1.13.1 > kops-image ;;
"update cluster --yes") kubectl -n kube-system set image deployment/coredns coredns="$(cat kops-image)" ;;
*) exit 1 ;;
esac`,
  talosctl: `case "$*" in
"patch mc --nodes "*) echo "$*" | sed 's/.*"image": "\\(.*\\)".*/\\1/' > talos-image ;;
"upgrade-k8s --to "*) kubectl -n kube-system set image deployment/coredns coredns="$(cat talos-image)" ;;
*) exit 1 ;;
esac`,
  "ansible-playbook": 'kubectl -n kube-system set image deployment/coredns coredns="$IMAGE"',
  sudo: "exit 0",
  aws: "exit 0",
};

/** A folder with `deploy` in it, and a shell in which the commands of documents can be run as they stand. */
export class OperatorShell {
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(kubeconfig: string) {
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), "portolan-operator-")));
    symlinkSync(DEPLOY, join(this.#folder, "deploy"));
    const bin = join(this.#folder, "bin");
    mkdirSync(bin);
    for (const [name, script] of Object.entries(TOOLS)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    this.#environment = {
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      HOME: this.#folder,
      KUBECONFIG: kubeconfig,
      IMAGE: "images.example/portolan:0.1.0",
      SERVICE: "kube-dns",
      CLUSTER: "crane",
      CONTROL_PLANES: "192.0.2.1",
      KUBERNETES_VERSION: "1.36.3",
    };
  }

  /**
   * Every command has to end well, those in front of a pipe too.
   * @returns what was written to standard output
   * @throws {Error} with what was written to standard error
   */
  run(commands: string): Promise<string> {
    const options = { cwd: this.#folder, env: this.#environment };
    const args = ["-euo", "pipefail", "-c", commands];
    return new Promise((resolve, reject) => {
      execFile("bash", args, options, (error, stdout, stderr) => {
        if (error) reject(new Error(`Cannot run "${commands}": ${stderr}`, { cause: error }));
        else resolve(stdout);
      });
    });
  }

  end(): void {
    rmSync(this.#folder, { recursive: true });
  }
}
