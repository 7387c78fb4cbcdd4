{{/* All of a pod's spec but its containers. */}}
{{- define "coredns.podSpec" -}}
serviceAccountName: {{ include "coredns.serviceAccountName" . }}
{{- if eq (toString .Values.automountServiceAccountToken) "false" }}
automountServiceAccountToken: false
{{- end }}
securityContext:
  {{- /* A file capability lets the program bind port 53, so that it need not be root's. */}}
  {{- default (dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "seccompProfile" (dict "type" "RuntimeDefault")) .Values.podSecurityContext | toYaml | nindent 2 }}
{{- with .Values.terminationGracePeriodSeconds }}
terminationGracePeriodSeconds: {{ . }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- if .Values.isClusterService }}
dnsPolicy: {{ .Values.deployment.dnsPolicy }}
{{- end }}
{{- with .Values.deployment.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- with .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- tpl (toYaml .) $ | nindent 2 }}
{{- end }}
{{- range $field, $value := dict "tolerations" .Values.tolerations "nodeSelector" .Values.nodeSelector "imagePullSecrets" .Values.image.pullSecrets "initContainers" .Values.initContainers }}
{{- with $value }}
{{ $field }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
volumes:
  - name: config-volume
    configMap:
      name: {{ include "coredns.fullname" . }}
      items:
        - key: Corefile
          path: Corefile
        {{- range .Values.zoneFiles }}
        - key: {{ .filename }}
          path: {{ .filename }}
        {{- end }}
  {{- range .Values.extraSecrets }}
  - name: {{ .name }}
    secret:
      secretName: {{ .name }}
      {{- /* The 400 of CoreDNS's chart is decimal, which a user other than root cannot read. */}}
      defaultMode: {{ .defaultMode | default 292 }}
  {{- end }}
  {{- if .Values.portolan.admin.enabled }}
  - name: run
    emptyDir:
      medium: Memory
      sizeLimit: 1Mi
  {{- end }}
  {{- with .Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "coredns.container" -}}
name: coredns
image: {{ include "coredns.image" . | quote }}
imagePullPolicy: {{ .Values.portolan.image.pullPolicy | default .Values.image.pullPolicy }}
args: ["-conf", "/etc/coredns/Corefile"]
{{- $names := list }}
{{- range .Values.env }}{{ $names = append $names .name }}{{ end }}
env:
  {{- if not (has "NODE_OPTIONS" $names) }}
  # V8 takes a quarter of the limit by itself; nothing else runs here.
  - name: NODE_OPTIONS
    value: --max-old-space-size-percentage={{ .Values.portolan.heapPercentage }}
  {{- end }}
  {{- if .Values.portolan.admin.enabled }}
  - name: RUNTIME_DIRECTORY
    value: /run/portolan
  {{- end }}
  {{- with .Values.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
ports:
  {{- include "coredns.containerPorts" . | nindent 2 }}
{{- include "coredns.probe" (dict "root" . "probe" "livenessProbe" "plugin" "health" "port" 8080) }}
{{- include "coredns.probe" (dict "root" . "probe" "readinessProbe" "plugin" "ready" "port" 8181) }}
{{- with .Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: config-volume
    mountPath: /etc/coredns
  {{- range .Values.extraSecrets }}
  - name: {{ .name }}
    mountPath: {{ .mountPath }}
    readOnly: true
  {{- end }}
  {{- if .Values.portolan.admin.enabled }}
  - name: run
    mountPath: /run/portolan
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* At the port that the plugin says. dict root, probe, plugin, port (if it says none). */}}
{{- define "coredns.probe" -}}
{{- $probe := get .root.Values .probe -}}
{{- if $probe.enabled }}
{{ .probe }}:
  httpGet:
    path: /{{ .plugin }}
    port: {{ include "coredns.pluginPorts" (dict "root" .root "plugin" .plugin "default" .port) | fromYamlArray | first | default .port | int }}
    scheme: HTTP
  {{- include "coredns.probeTimes" $probe | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "coredns.probeTimes" -}}
{{- pick . "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "successThreshold" "failureThreshold" | toYaml -}}
{{- end -}}
