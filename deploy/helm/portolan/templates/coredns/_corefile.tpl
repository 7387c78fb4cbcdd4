{{/* The Corefile as CoreDNS's chart lays it out, to the octet: so an upgrade to Portolan changes nothing in it. */}}
{{- define "coredns.corefile" -}}
{{- range $name, $line := .Values.extraConfig }}
{{ $name }}{{ with ($line | default dict).parameters }} {{ include "portolan.word" . }}{{ end }}
{{- end }}
{{- range .Values.servers }}
{{ include "coredns.serverKeys" . }} {
{{- range .plugins }}
    {{ .name }}{{ with .parameters }} {{ include "portolan.word" . }}{{ end }}
{{- with .configBlock }} {
{{ . | indent 8 }}
    }
{{- end }}
{{- end }}
}
{{- end }}
{{- end -}}

{{/* "tls://example.org example.net:853": the port stands behind the last zone alone, as in CoreDNS's chart. */}}
{{- define "coredns.serverKeys" -}}
{{- $keys := list -}}
{{- range .zones -}}
{{- $keys = append $keys (printf "%s%s" (.scheme | default "") (.zone | default ".")) -}}
{{- end -}}
{{- default "." (join " " $keys) -}}
{{- with .port }}:{{ int . }}{{ end -}}
{{- end -}}

{{/* YAML: a list of number, protocol, servicePort, nodePort, hostPort; in the order of CoreDNS's chart. */}}
{{- define "coredns.dnsPorts" -}}
{{- $ports := dict -}}
{{- range .Values.servers -}}
{{- $number := .port | default 53 | int | toString -}}
{{- $port := get $ports $number | default (dict "servicePort" (.servicePort | default .port | default 53 | int)) -}}
{{- range .zones -}}
{{- if has (.scheme | default "") (list "tls://" "grpc://" "https://") -}}
{{- $_ := set $port "tcp" true -}}
{{- else if has (.scheme | default "") (list "" "dns://") -}}
{{- $_ := set $port "udp" true -}}
{{- if .use_tcp -}}{{- $_ := set $port "tcp" true -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if not (or $port.tcp $port.udp) -}}{{- $_ := set $port "udp" true -}}{{- end -}}
{{- with .nodePort -}}{{- $_ := set $port "nodePort" (int .) -}}{{- end -}}
{{- with .hostPort -}}{{- $_ := set $port "hostPort" (int .) -}}{{- end -}}
{{- $_ := set $ports $number $port -}}
{{- end -}}
{{- range $number := keys $ports | sortAlpha -}}
{{- $port := get $ports $number -}}
{{- range $protocol := list "udp" "tcp" -}}
{{- if get $port $protocol }}
- {{ dict "number" (int $number) "name" (printf "%s-%s" $protocol $number) "protocol" (upper $protocol) "servicePort" $port.servicePort "nodePort" $port.nodePort "hostPort" $port.hostPort | toJson }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "coredns.servicePorts" -}}
{{- $root := . -}}
{{- $service := default (include "coredns.fullname" .) .Values.service.name -}}
{{- range include "coredns.dnsPorts" . | fromYamlArray -}}
{{- $port := dict "port" (int .servicePort) "protocol" .protocol "targetPort" (int .number) -}}
{{- with .nodePort -}}{{- $_ := set $port "nodePort" (int .) -}}{{- end -}}
{{- $live := dict "name" .name "port" .servicePort "protocol" .protocol -}}
{{- $_ := set $port "name" (include "portolan.portName" (dict "root" $root "service" $service "port" $live)) }}
- {{ toJson $port }}
{{- end -}}
{{- end -}}

{{- define "coredns.containerPorts" -}}
{{- $dns := include "coredns.dnsPorts" . | fromYamlArray -}}
{{- $numbers := list -}}
{{- range $dns -}}
{{- $numbers = append $numbers (int .number) -}}
{{- $port := dict "containerPort" (int .number) "name" .name "protocol" .protocol -}}
{{- with .hostPort -}}{{- $_ := set $port "hostPort" (int .) -}}{{- end }}
- {{ toJson $port }}
{{- end -}}
{{- range include "coredns.pluginPorts" (dict "root" . "plugin" "prometheus" "default" 9153) | fromYamlArray -}}
{{- if not (has (int .) $numbers) -}}
{{- $numbers = append $numbers (int .) }}
- {{ dict "containerPort" (int .) "name" (printf "tcp-%d" (int .)) "protocol" "TCP" | toJson }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* JSON: the ports that a plugin's addresses end with, or its default. dict root, plugin, default. */}}
{{- define "coredns.pluginPorts" -}}
{{- $ports := list -}}
{{- $wanted := .plugin -}}
{{- $default := .default -}}
{{- range .root.Values.servers -}}
{{- range .plugins -}}
{{- if eq .name $wanted -}}
{{- $ports = append $ports (.parameters | toString | regexFind ":[0-9]+$" | trimPrefix ":" | default $default | int) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $ports -}}
{{- end -}}

{{/* "true" if the block of some kubernetes plugin has a line that matches. dict root, line (a pattern). */}}
{{- define "coredns.kubernetesHas" -}}
{{- $line := .line -}}
{{- $found := "" -}}
{{- range .root.Values.servers -}}
{{- range .plugins -}}
{{- if and (eq .name "kubernetes") (regexMatch (printf "(?m)^\\s*%s" $line) (.configBlock | default "")) -}}{{- $found = "true" -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- $found -}}
{{- end -}}

{{/* What cluster-proportional-autoscaler reads. */}}
{{- define "coredns.autoscalerData" -}}
{{- with .Values.autoscaler -}}
{{- dict "coresPerReplica" (float64 .coresPerReplica) "nodesPerReplica" (float64 .nodesPerReplica) "preventSinglePointFailure" .preventSinglePointFailure "min" (int .min) "max" (int .max) "includeUnschedulableNodes" .includeUnschedulableNodes | toJson -}}
{{- end -}}
{{- end -}}
