{{/* Refuses what would end DNS, and nothing else: CoreDNS's values files are to work. */}}
{{- define "coredns.checkValues" -}}
{{- $built := concat (.Files.Get "files/plugins.yaml" | fromYamlArray) .Values.portolan.extraPlugins -}}
{{- $used := list -}}
{{- range .Values.servers -}}
{{- range .plugins -}}{{- $used = append $used .name -}}{{- end -}}
{{- end -}}
{{- range $used | uniq -}}
{{- if not (has . $built) -}}
{{- fail (printf "servers: plugin %q is not in Portolan, whose pods would not start (an image that has it is told by portolan.extraPlugins)" .) -}}
{{- end -}}
{{- end -}}
{{- if and (has "kubernetes" $used) (eq (toString .Values.automountServiceAccountToken) "false") -}}
{{- fail "automountServiceAccountToken is false: plugin \"kubernetes\" cannot ask the API server without a token" -}}
{{- end -}}
{{- $memory := ((.Values.resources.limits | default dict).memory | default "") | toString -}}
{{- if $memory -}}
{{- if lt (include "portolan.mebibytes" $memory | float64) 128.0 -}}
{{- fail (printf "resources.limits.memory is %q: Node starts at 80 MiB, give it 128Mi at least" $memory) -}}
{{- end -}}
{{- end -}}
{{- if and (eq .Values.deployment.dnsPolicy "None") (not .Values.deployment.dnsConfig) -}}
{{- fail "deployment.dnsPolicy is \"None\": it needs deployment.dnsConfig" -}}
{{- end -}}
{{- end -}}

{{/* Of a quantity such as 128Mi or 0.5G. */}}
{{- define "portolan.mebibytes" -}}
{{- $factors := dict "" 0.00000095367432 "k" 0.00095367432 "M" 0.95367432 "G" 953.67432 "Ki" 0.0009765625 "Mi" 1.0 "Gi" 1024.0 -}}
{{- $factor := get $factors (regexFind "[a-zA-Z]*$" .) | default 1048576.0 -}}
{{- mulf (regexFind "^[0-9.]+" . | float64) $factor -}}
{{- end -}}
