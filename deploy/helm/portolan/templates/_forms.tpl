{{/*
The chart has two forms: Portolan's own, and that of CoreDNS's chart, whose values files work unchanged. Each has
its defaults in files/, not in values.yaml: a default map of servers could not be told from a list.
*/}}

{{/* "coredns" or "portolan". Fills the form's defaults into .Values, once: each template asks for the form first. */}}
{{- define "portolan.form" -}}
{{- if not (hasKey .Values "form") -}}
{{- $form := ternary "coredns" "portolan" (or (kindIs "slice" .Values.servers) (eq (toString .Values.compatibility) "coredns")) -}}
{{- $defaults := .Files.Get (printf "files/%s/values.yaml" $form) | fromYaml -}}
{{- $unknown := include "portolan.unknown" (dict "root" . "form" $form "defaults" $defaults) | trim -}}
{{- include "portolan.checkForm" (dict "root" . "form" $form "unknown" $unknown) -}}
{{- include "portolan.fillIn" (dict "into" .Values "defaults" $defaults) -}}
{{- $_ := set .Values "unknown" $unknown -}}
{{- $_ := set .Values "form" $form -}}
{{- if eq $form "coredns" -}}{{- include "coredns.checkValues" . -}}{{- end -}}
{{- end -}}
{{- .Values.form -}}
{{- end -}}

{{/* Adds what is not there, and takes away what is null. dict into, defaults. */}}
{{- define "portolan.fillIn" -}}
{{- $into := .into -}}
{{- range $key, $default := .defaults -}}
{{- if not (hasKey $into $key) -}}
{{- $_ := set $into $key $default -}}
{{- else if kindIs "invalid" (get $into $key) -}}
{{- $_ := unset $into $key -}}
{{- else if and (kindIs "map" $default) (kindIs "map" (get $into $key)) -}}
{{- include "portolan.fillIn" (dict "into" (get $into $key) "defaults" $default) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Typos are refused in Portolan's form. CoreDNS's chart ignores them, and its values files are to work: NOTES tells of
them there. A release of CoreDNS's chart is not upgraded to the other form, which would end with two of everything.
*/}}
{{- define "portolan.checkForm" -}}
{{- if eq .form "portolan" -}}
{{- with .unknown -}}{{- fail (printf "values: %s" (splitList "\n" . | join "; ")) -}}{{- end -}}
{{- $names := dict "Values" (dict "nameOverride" .root.Values.nameOverride "fullnameOverride" .root.Values.fullnameOverride) "Chart" (dict "Name" "coredns") "Release" .root.Release -}}
{{- $name := include "coredns.fullname" $names -}}
{{- $there := lookup "apps/v1" "Deployment" .root.Release.Namespace $name -}}
{{- if and $there (hasPrefix "coredns-" (get ($there.metadata.labels | default dict) "helm.sh/chart" | toString)) -}}
{{- if eq (include "portolan.owner" $there) (printf "%s/%s" .root.Release.Namespace .root.Release.Name) -}}
{{- fail (printf "release %q was made by CoreDNS's chart: upgrade it with --set compatibility=coredns, which keeps its names" .root.Release.Name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A line for each key that the form does not know, with the nearest that it does. dict root, form, defaults. */}}
{{- define "portolan.unknown" -}}
{{- $shape := .root.Files.Get (printf "files/%s/shape.yaml" .form) | fromYaml -}}
{{- $known := deepCopy .defaults -}}
{{- $_ := set $known "global" dict -}}
{{- $_ := set $known "compatibility" "" -}}
{{- include "portolan.unknownIn" (dict "form" .form "given" .root.Values "known" $known "free" $shape.free "items" $shape.items "path" "") -}}
{{- end -}}

{{/* dict form, given, known, free (paths below which all is allowed), items (of lists, by their key), path. */}}
{{- define "portolan.unknownIn" -}}
{{- $all := . -}}
{{- range $key, $value := .given -}}
{{- $path := printf "%s%s" $all.path $key -}}
{{- $known := get $all.known $key -}}
{{- if not (hasKey $all.known $key) -}}
{{- include "portolan.unknownKey" (dict "path" $path "key" $key "known" (keys $all.known | sortAlpha) "form" $all.form) -}}
{{- else if has $path $all.free -}}
{{- else if and $known (kindIs "map" $value) (kindIs "map" $known) -}}
{{- include "portolan.unknownIn" (dict "form" $all.form "given" $value "known" $known "free" $all.free "items" $all.items "path" (printf "%s." $path)) -}}
{{- else if and (kindIs "slice" $value) (hasKey $all.items $key) -}}
{{- $known = get $all.items $key -}}
{{- range $index, $item := $value -}}
{{- if kindIs "map" $item -}}
{{- include "portolan.unknownIn" (dict "form" $all.form "given" $item "known" $known "free" $all.free "items" $known "path" (printf "%s[%d]." $path $index)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "portolan.unknownKey" -}}
{{- $nearest := "" -}}
{{- $distance := add 2 (div (len .key) 2) | int -}}
{{- $key := .key -}}
{{- range .known -}}
{{- if lt (sub (len .) (len $key) | int) $distance -}}
{{- $found := include "portolan.distance" (dict "from" ($key | trunc 40) "to" .) | int -}}
{{- if lt $found $distance -}}{{- $distance = $found -}}{{- $nearest = . -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- printf "unknown key %q" .path -}}
{{- if and (eq .form "portolan") (has .path (list "automountServiceAccountToken" "clusterRole" "customAnnotations" "customLabels" "deployment" "env" "extraConfig" "extraContainers" "extraSecrets" "hpa" "initContainers" "isClusterService" "k8sAppLabelOverride" "prometheus" "rollingUpdate" "serviceType" "topologySpreadConstraints" "zoneFiles" "autoscaler")) -}}
{{- printf ": it is one of CoreDNS's chart, whose form is taken with --set compatibility=coredns" -}}
{{- else if $nearest -}}
{{- printf ": did you mean %q?" $nearest -}}
{{- end }}
{{ end -}}

{{/* How many letters to change, add or drop to come from one word to the other (Levenshtein). dict from, to. */}}
{{- define "portolan.distance" -}}
{{- $from := splitList "" .from -}}
{{- $row := untilStep 0 (add 1 (len .to) | int) 1 -}}
{{- $index := 0 -}}
{{- $to := splitList "" .to -}}
{{- range $letter := $from -}}
{{- $index = add 1 $index -}}
{{- $next := list $index -}}
{{- $left := $index -}}
{{- range $column, $other := $to -}}
{{- $left = min (add 1 $left) (add 1 (index $row (add 1 $column | int))) (add (index $row $column) (ternary 0 1 (eq $letter $other))) -}}
{{- $next = append $next $left -}}
{{- end -}}
{{- $row = $next -}}
{{- end -}}
{{- last $row -}}
{{- end -}}
