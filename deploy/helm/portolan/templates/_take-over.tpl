{{/*
Refuses where Helm would end or narrow what an existing Service does. Helm 3 patches a Service of another
owner: keys of the selector that are there stay, and ports of one number are taken for one port.
dict root, name, selector (what is rendered), podLabels, ports (those of DNS), narrow ("true": it was asked for).
*/}}
{{- define "portolan.checkService" -}}
{{- $live := lookup "v1" "Service" .root.Release.Namespace .name -}}
{{- if $live -}}
{{- $selector := .selector -}}
{{- $podLabels := .podLabels -}}
{{- $liveSelector := $live.spec.selector | default dict -}}
{{- $ours := eq (include "portolan.owner" $live) (printf "%s/%s" .root.Release.Namespace .root.Release.Name) -}}
{{- $strange := list -}}
{{- range $key, $value := $liveSelector -}}
{{- $stays := and (not (hasKey $selector $key)) (ne (get $podLabels $key | toString) $value) -}}
{{- $changes := and (not $ours) (hasKey $selector $key) (ne (get $selector $key | toString) $value) -}}
{{- if or $stays $changes -}}{{- $strange = append $strange (printf "%s=%s" $key $value) -}}{{- end -}}
{{- end -}}
{{- if $strange -}}
{{- include "portolan.refuseSelector" (dict "root" .root "live" $live "strange" $strange "selector" $selector) -}}
{{- end -}}
{{- if not (or $ours .narrow) -}}
{{- $added := list -}}
{{- range $key, $value := $selector -}}
{{- if not (hasKey $liveSelector $key) -}}{{- $added = append $added (printf "%s=%s" $key $value) -}}{{- end -}}
{{- end -}}
{{- if and $added $liveSelector -}}
{{- fail (printf "Service %q of namespace %q would no longer select the pods that answer now, because of %q: set service.selector to what it has: --set-json 'service.selector=%s'" .name .root.Release.Namespace (join "," $added) (toJson $liveSelector)) -}}
{{- end -}}
{{- end -}}
{{- include "portolan.checkPorts" (dict "live" $live "ports" .ports) -}}
{{- end -}}
{{- end -}}

{{- define "portolan.refuseSelector" -}}
{{- $name := .live.metadata.name -}}
{{- $namespace := .live.metadata.namespace -}}
{{- $owner := include "portolan.owner" .live -}}
{{- $says := printf "Service %q of namespace %q selects %q, which no pod of release %q has: it would send queries to nobody." $name $namespace (join "," .strange) .root.Release.Name -}}
{{- $ways := list -}}
{{- if $owner -}}
{{- $ways = append $ways (printf "\nUpgrade the release that made it, with its own values (a list of servers, as CoreDNS's chart has them):\n  helm upgrade %s portolan -n %s -f its-values.yaml" (base $owner) (dir $owner)) -}}
{{- end -}}
{{- $label := get (.live.spec.selector | default dict) "k8s-app" -}}
{{- if and $label (eq $label (get .selector "k8s-app" | toString)) -}}
{{- $ways = append $ways (printf "\nTake the rest of the selector away first; the pods that answer now stay selected:\n  kubectl -n %s patch service %s --type=json -p '[{\"op\":\"replace\",\"path\":\"/spec/selector\",\"value\":{\"k8s-app\":%q}}]'" $namespace $name $label) -}}
{{- end -}}
{{- $ways = append $ways "\nLeave the Service to its owner: --set service.create=false" -}}
{{- fail (printf "%s%s" $says (join "\nOr:" $ways)) -}}
{{- end -}}

{{/* Refuses a second protocol on a number that is there with one alone. dict live, ports. */}}
{{- define "portolan.checkPorts" -}}
{{- $live := .live -}}
{{- $numbers := dict -}}
{{- range $live.spec.ports -}}
{{- $_ := set $numbers (int .port | toString) (append (get $numbers (int .port | toString) | default list) .protocol) -}}
{{- end -}}
{{- range .ports -}}
{{- $protocols := get $numbers (int .port | toString) | default list -}}
{{- if and $protocols (not (has .protocol $protocols)) -}}
{{- $port := dict "name" .name "port" (int .port) "protocol" .protocol "targetPort" .targetPort -}}
{{- fail (printf "Service %q of namespace %q has port %d for %s alone, and Helm may mix up two ports of one number. Add the other first:\n  kubectl -n %s patch service %s --type=json -p '[{\"op\":\"add\",\"path\":\"/spec/ports/-\",\"value\":%s}]'" $live.metadata.name $live.metadata.namespace (int .port) (first $protocols) $live.metadata.namespace $live.metadata.name (toJson $port)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* "namespace/release" that has made an object, or nothing. */}}
{{- define "portolan.owner" -}}
{{- $annotations := .metadata.annotations | default dict -}}
{{- with get $annotations "meta.helm.sh/release-name" -}}
{{- printf "%s/%s" (get $annotations "meta.helm.sh/release-namespace") . -}}
{{- end -}}
{{- end -}}

{{/* The name of a port as the Service that is there has it, so that it keeps it. dict root, service, port. */}}
{{- define "portolan.portName" -}}
{{- $name := .port.name -}}
{{- $port := .port -}}
{{- $live := lookup "v1" "Service" .root.Release.Namespace .service -}}
{{- range (($live | default dict).spec | default dict).ports -}}
{{- if and .name (eq (int .port) (int $port.port)) (eq .protocol $port.protocol) -}}{{- $name = .name -}}{{- end -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* What NOTES says where the Service was made by another release, which would take it away. dict root, name. */}}
{{- define "portolan.formerOwner" -}}
{{- $live := lookup "v1" "Service" .root.Release.Namespace .name | default dict -}}
{{- $owner := include "portolan.owner" (dict "metadata" ($live.metadata | default dict)) -}}
{{- if and $owner (ne $owner (printf "%s/%s" .root.Release.Namespace .root.Release.Name)) }}

The Service was made by release {{ base $owner }}. Do not uninstall that: `helm uninstall {{ base $owner }}` would delete
the Service. Once CoreDNS is not needed any more, have Helm forget the release, and delete its Deployment:

  kubectl -n {{ dir $owner }} delete secret -l owner=helm,name={{ base $owner }}
{{- end }}
{{- end -}}
