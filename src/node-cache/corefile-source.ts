import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { Logger } from "../observe/log.ts";
import { readConfigFile, readConfigFolder } from "./config-folder.ts";
import type { TemplateValues } from "./corefile-template.ts";
import { fillTemplate } from "./corefile-template.ts";
import type { KubeDnsConfig } from "./kube-dns-config.ts";
import { NO_KUBE_DNS_CONFIG, parseKubeDnsConfig } from "./kube-dns-config.ts";
import type { SetupErrors } from "./setup-errors.ts";

/** Where NodeLocal's manifest mounts the ConfigMap of kube-dns. */
const USUAL_KUBE_DNS_FOLDER = "/etc/kube-dns";

export interface CorefileSourceOptions extends Omit<TemplateValues, "kubeDns"> {
  readonly templatePath: string;
  readonly corefilePath: string;
  /** Folder of kube-dns's ConfigMap; if nobody names one, the usual one if it is there. */
  readonly kubeDnsFolder: string | undefined;
  readonly log: Logger;
  readonly errors: SetupErrors;
}

/** Makes the Corefile of a template and kube-dns's ConfigMap, again whenever one of them has changed. */
export class CorefileSource {
  readonly #options: CorefileSourceOptions;
  readonly #kubeDnsFolder: string | undefined;
  /** The last that could be read. */
  #kubeDns: KubeDnsConfig = NO_KUBE_DNS_CONFIG;
  #written: string | undefined;
  /** What was complained of last, which is not said again. */
  #told = "";

  constructor(options: CorefileSourceOptions) {
    this.#options = options;
    const isUsual = existsSync(USUAL_KUBE_DNS_FOLDER);
    this.#kubeDnsFolder = options.kubeDnsFolder ?? (isUsual ? USUAL_KUBE_DNS_FOLDER : undefined);
  }

  /**
   * Writes the Corefile if it would be another one than before. What cannot be read is logged and counted; what was
   * there before stays.
   * @returns whether it has been written
   */
  async update(): Promise<boolean> {
    const { log, errors } = this.#options;
    const faults: string[] = [];
    const fault = (state: string): void => void faults.push(`Cannot make the Corefile: ${state}`);
    await this.#readKubeDns().catch((error: Error) =>
      fault(`kube-dns's ConfigMap: ${error.message}`),
    );
    const hasChanged = await this.#write().catch((error: Error) => {
      fault(error.message);
      return false;
    });
    const told = faults.join("\n");
    if (told === this.#told) return hasChanged;
    this.#told = told;
    for (const line of faults) {
      errors.add("configmap");
      log.error(line);
    }
    return hasChanged;
  }

  async #readKubeDns(): Promise<void> {
    if (this.#kubeDnsFolder === undefined) return;
    const files = await readConfigFolder(this.#kubeDnsFolder);
    this.#kubeDns = files ? parseKubeDnsConfig(files) : NO_KUBE_DNS_CONFIG;
  }

  async #write(): Promise<boolean> {
    const { templatePath, corefilePath, log, ...values } = this.#options;
    const kubeDns = this.#kubeDns;
    const text = fillTemplate(await readConfigFile(templatePath), { ...values, kubeDns });
    if (text === this.#written) return false;
    await writeFile(corefilePath, text);
    this.#written = text;
    const upstreams = kubeDns.upstreamNameservers.join(" ") || "/etc/resolv.conf";
    log.info(
      `Updated Corefile with ${kubeDns.stubDomains.size} custom stubdomains and upstream servers ${upstreams}`,
    );
    return true;
  }
}
