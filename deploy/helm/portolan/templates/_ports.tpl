{{/* The ports of the server blocks, as YAML: a list of name, port and protocol. */}}
{{- define "portolan.dnsPorts" -}}
{{- $udp := dict -}}
{{- $tcp := dict -}}
{{- if or .Values.corefile .Values.existingConfigMap -}}
{{- $_ := set $udp "53" true -}}
{{- $_ := set $tcp "53" true -}}
{{- else -}}
{{- range .Values.servers -}}
{{- if . -}}
{{- $port := .port | default 53 | int | toString -}}
{{- $_ := set $tcp $port true -}}
{{- range .zones | default (list ".") -}}
{{- if not (regexMatch "^(tls|https|grpc)://" .) -}}
{{- $_ := set $udp $port true -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $port := keys $tcp | sortAlpha -}}
{{- $suffix := ternary "" (printf "-%s" $port) (eq $port "53") -}}
{{- if hasKey $udp $port }}
- name: dns{{ $suffix }}
  port: {{ $port }}
  protocol: UDP
{{- end }}
- name: dns-tcp{{ $suffix }}
  port: {{ $port }}
  protocol: TCP
{{- end -}}
{{- end -}}

{{/* The port of an HTTP endpoint, or nothing: dict root, endpoint, plugin, default. */}}
{{- define "portolan.endpointPort" -}}
{{- $given := index .root.Values.endpoints .endpoint -}}
{{- if ne (toString $given) "auto" -}}
{{- if int $given -}}{{- int $given -}}{{- end -}}
{{- else if or .root.Values.corefile .root.Values.existingConfigMap -}}
{{- .default -}}
{{- else -}}
{{- $ports := list -}}
{{- $wanted := .plugin -}}
{{- $default := .default -}}
{{- range .root.Values.servers -}}
{{- range $key, $plugin := (. | default dict).plugins -}}
{{- if and (not (kindIs "invalid" $plugin)) (eq ($plugin.name | default $key) $wanted) -}}
{{- $address := $plugin.parameters | default "" | toString -}}
{{- if regexMatch ":[0-9]+$" $address -}}
{{- $ports = append $ports (regexFind "[0-9]+$" $address) -}}
{{- else -}}
{{- $ports = append $ports (toString $default) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $ports -}}{{- first . -}}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "portolan.healthPort" -}}
{{- include "portolan.endpointPort" (dict "root" . "endpoint" "health" "plugin" "health" "default" 8080) -}}
{{- end -}}
{{- define "portolan.readyPort" -}}
{{- include "portolan.endpointPort" (dict "root" . "endpoint" "ready" "plugin" "ready" "default" 8181) -}}
{{- end -}}
{{- define "portolan.metricsPort" -}}
{{- include "portolan.endpointPort" (dict "root" . "endpoint" "metrics" "plugin" "prometheus" "default" 9153) -}}
{{- end -}}

{{/* "true" if a kubernetes plugin of some server has the option, with that value if one is given. */}}
{{- define "portolan.kubernetesHas" -}}
{{- $option := .option -}}
{{- $wanted := .value | default "" -}}
{{- $found := false -}}
{{- range .root.Values.servers -}}
{{- range $key, $plugin := (. | default dict).plugins -}}
{{- if and (not (kindIs "invalid" $plugin)) (eq ($plugin.name | default $key) "kubernetes") -}}
{{- $config := $plugin.config | default dict -}}
{{- if hasKey $config $option -}}
{{- $value := index $config $option -}}
{{- if and (not (kindIs "invalid" $value)) (ne (toString $value) "false") -}}
{{- if or (not $wanted) (eq (toString $value) $wanted) -}}{{- $found = true -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $found -}}true{{- end -}}
{{- end -}}
