{{/* The Corefile out of the maps in .Values.servers. */}}
{{- define "portolan.corefile" -}}
{{- if .Values.corefile -}}
{{ .Values.corefile | trim }}
{{- else -}}
{{- range $name, $server := .Values.servers }}
{{- if $server }}
{{ include "portolan.serverKeys" $server }} {
{{- range $line := include "portolan.sortedPlugins" $server.plugins | splitList "\n" }}
{{- if $line }}
{{- $key := regexReplaceAll "^[0-9]+ " $line "" }}
{{ include "portolan.directive" (dict "key" $key "plugin" (index $server.plugins $key)) | indent 4 }}
{{- end }}
{{- end }}
}
{{- end }}
{{- end }}
{{- with .Values.extraCorefile }}
{{ . | trim }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* "example.org:53 example.net:53" */}}
{{- define "portolan.serverKeys" -}}
{{- $port := .port | default 53 | int -}}
{{- $keys := list -}}
{{- range .zones | default (list ".") -}}
{{- $keys = append $keys (printf "%s:%d" . $port) -}}
{{- end -}}
{{- join " " $keys -}}
{{- end -}}

{{/* A line for each plugin, its order in front: sorted by order, then by key. */}}
{{- define "portolan.sortedPlugins" -}}
{{- $lines := list -}}
{{- range $key, $plugin := . -}}
{{- if not (kindIs "invalid" $plugin) -}}
{{- $lines = append $lines (printf "%06d %s" ($plugin.order | default 1000 | int) $key) -}}
{{- end -}}
{{- end -}}
{{- sortAlpha $lines | join "\n" -}}
{{- end -}}

{{- define "portolan.directive" -}}
{{- $plugin := .plugin | default dict -}}
{{- $head := list ($plugin.name | default .key) -}}
{{- $parameters := $plugin.parameters -}}
{{- if kindIs "slice" $parameters -}}
{{- range $parameters -}}{{- $head = append $head (include "portolan.word" .) -}}{{- end -}}
{{- else if not (kindIs "invalid" $parameters) -}}
{{- $head = append $head (include "portolan.word" $parameters) -}}
{{- end -}}
{{- $lines := list -}}
{{- range $option, $value := $plugin.config | default dict -}}
{{- if kindIs "slice" $value -}}
{{- range $value -}}{{- $lines = append $lines (printf "%s %s" $option (include "portolan.word" .)) -}}{{- end -}}
{{- else if kindIs "bool" $value -}}
{{- if $value -}}{{- $lines = append $lines $option -}}{{- end -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $lines = append $lines (printf "%s %s" $option (include "portolan.word" $value) | trim) -}}
{{- end -}}
{{- end -}}
{{- join " " $head | trim -}}
{{- if $lines }} {
{{- range $lines }}
    {{ . }}
{{- end }}
}
{{- end -}}
{{- end -}}

{{/* Helm reads numbers as floats, which would become 1e+06. */}}
{{- define "portolan.word" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}
