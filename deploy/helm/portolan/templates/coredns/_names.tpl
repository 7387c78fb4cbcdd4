{{/* The names of CoreDNS's chart, which values files may use: as in '{{ template "coredns.name" . }}'. */}}
{{- define "coredns.name" -}}
{{- $chart := ternary "coredns" .Chart.Name (eq .Chart.Name "portolan") -}}
{{- default $chart .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "coredns.fullname" -}}
{{- $name := include "coredns.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "coredns.k8sapplabel" -}}
{{- $chart := ternary "coredns" .Chart.Name (eq .Chart.Name "portolan") -}}
{{- default $chart .Values.k8sAppLabelOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "coredns.selectorLabels" -}}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/name: {{ include "coredns.name" . }}
{{- if .Values.isClusterService }}
k8s-app: {{ include "coredns.k8sapplabel" . }}
{{- end }}
{{- end -}}

{{- define "coredns.podLabels" -}}
{{- $labels := include "coredns.selectorLabels" . | fromYaml -}}
{{- range $more := list .Values.customLabels .Values.podLabels -}}
{{- range $key, $value := $more -}}{{- $_ := set $labels $key $value -}}{{- end -}}
{{- end -}}
{{- toYaml $labels -}}
{{- end -}}

{{/* Name to text. dict root, suffix (of the names in labels), without (a key to leave out), more (maps that come last). */}}
{{- define "coredns.labels" -}}
{{- $root := .root -}}
{{- $suffix := .suffix | default "" -}}
{{- $labels := dict "app.kubernetes.io/instance" $root.Release.Name "app.kubernetes.io/managed-by" $root.Release.Service -}}
{{- $_ := set $labels "app.kubernetes.io/name" (printf "%s%s" (include "coredns.name" $root) $suffix) -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" $root.Chart.Name ($root.Chart.Version | replace "+" "_")) -}}
{{- if $root.Values.isClusterService -}}
{{- $_ := set $labels "k8s-app" (printf "%s%s" (include "coredns.k8sapplabel" $root) $suffix) -}}
{{- $_ := set $labels "kubernetes.io/cluster-service" "true" -}}
{{- $_ := set $labels "kubernetes.io/name" "CoreDNS" -}}
{{- end -}}
{{- range $more := .more | default (list $root.Values.customLabels) -}}
{{- range $key, $value := $more -}}{{- $_ := set $labels $key $value -}}{{- end -}}
{{- end -}}
{{- with .without -}}{{- $_ := unset $labels . -}}{{- end -}}
{{- toYaml $labels -}}
{{- end -}}

{{/* name, namespace, labels, annotations. dict root, name, and those of coredns.labels, annotations (maps). */}}
{{- define "coredns.metadata" -}}
name: {{ .name }}
{{- if not .clusterWide }}
namespace: {{ .namespace | default .root.Release.Namespace }}
{{- end }}
labels:
  {{- include "coredns.labels" . | nindent 2 }}
{{- $annotations := dict -}}
{{- range $more := prepend (.annotations | default list) .root.Values.customAnnotations -}}
{{- range $key, $value := $more -}}{{- $_ := set $annotations $key $value -}}{{- end -}}
{{- end -}}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "coredns.serviceAccountName" -}}
{{- default (ternary (include "coredns.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "coredns.clusterRoleName" -}}
{{- default (include "coredns.fullname" .) .Values.clusterRole.nameOverride -}}
{{- end -}}

{{- define "coredns.deploymentName" -}}
{{- default (include "coredns.fullname" .) .Values.deployment.name -}}
{{- end -}}

{{/* An image of CoreDNS is not taken, nor its tag: 1.11.1 is no version of ours. Another one is Portolan's own. */}}
{{- define "coredns.image" -}}
{{- $image := .Values.portolan.image -}}
{{- if not (include "coredns.imageIsTheirs" .) -}}
{{- $image = merge (dict "repository" .Values.image.repository "tag" .Values.image.tag) $image -}}
{{- end -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "coredns.imageIsTheirs" -}}
{{- if contains "coredns" (base .Values.image.repository) -}}true{{- end -}}
{{- end -}}
