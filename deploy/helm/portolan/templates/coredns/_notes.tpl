{{/* What to know after an install or an upgrade with the values of CoreDNS's chart. */}}
{{- define "coredns.notes" -}}
{{- $name := include "coredns.deploymentName" . -}}
{{- $service := default (include "coredns.fullname" .) .Values.service.name -}}
Portolan {{ .Chart.AppVersion }} comes up in the form of CoreDNS's chart, with its names, labels, ports and defaults:

  kubectl -n {{ .Release.Namespace }} rollout status deployment/{{ $name }}

The way back, if this was an upgrade of CoreDNS's release:

  helm -n {{ .Release.Namespace }} rollback {{ .Release.Name }}

{{- include "portolan.formerOwner" (dict "root" . "name" $service) }}
{{- range include "coredns.warnings" . | trim | splitList "\n" }}
{{- if . }}

WARNING: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* A line each. */}}
{{- define "coredns.warnings" -}}
{{- .Values.unknown }}
{{- if include "coredns.imageIsTheirs" . }}
image.repository and image.tag are CoreDNS's: {{ include "coredns.image" . | quote }} runs instead, as portolan.image says
{{- end }}
{{- if (.Values.resources.limits | default dict).cpu }}
resources.limits.cpu is {{ .Values.resources.limits.cpu | toString | quote }}: a limit of CPU adds latency, and nothing else; take it away
{{- end }}
{{- if not .Values.serviceAccount.create }}
serviceAccount.create is false: what the pods may read, all pods of ServiceAccount {{ include "coredns.serviceAccountName" . | quote }} may read
{{- end }}
{{- if and .Values.hpa.enabled .Values.autoscaler.enabled }}
hpa and autoscaler are both enabled: neither is made, as in CoreDNS's chart
{{- end }}
{{- range $probe, $plugin := dict "livenessProbe" "health" "readinessProbe" "ready" }}
{{- if and (get $.Values $probe).enabled (eq (include "coredns.pluginPorts" (dict "root" $ "plugin" $plugin "default" 1)) "[]") }}
{{ $probe }} is enabled, and no server has plugin {{ quote $plugin }}: it fails
{{- end }}
{{- end }}
{{- end -}}
