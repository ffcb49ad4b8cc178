{{- define "rolecast.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "rolecast.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "rolecast.labels" -}}
{{ include "rolecast.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "rolecast.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "rolecast.name" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- /* Not empty where each node has a data folder of its own. */ -}}
{{- define "rolecast.ownData" -}}
{{- if and .Values.database.existingSecret .Values.objects.bucket .Values.sealingKey.existingSecret -}}
yes
{{- end -}}
{{- end -}}

{{- define "rolecast.objects" -}}
{{- with .Values.objects -}}
{ type: s3, bucket: {{ .bucket | quote }}, region: {{ .region | quote }}, cacheBytes: {{ int .cacheBytes }}
{{- if .endpoint }}, endpoint: {{ .endpoint | quote }}{{ end }}
{{- if .prefix }}, prefix: {{ .prefix | quote }}{{ end }} }
{{- end -}}
{{- end -}}

{{- define "rolecast.image" -}}
{{ printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end -}}

{{- define "rolecast.check" -}}
{{- if and .Values.objects.bucket (not .Values.objects.existingSecret) -}}
{{- fail "The object store wants a key: set objects.existingSecret." -}}
{{- end -}}
{{- if gt (int .Values.replicas) 1 -}}
{{- if not .Values.database.existingSecret -}}
{{- fail "Several nodes need a database: set database.existingSecret, or replicas to 1." -}}
{{- end -}}
{{- if not .Values.accounts.existingSecret -}}
{{- fail "Several nodes need the same accounts: set accounts.existingSecret." -}}
{{- end -}}
{{- $shared := or .Values.data.existingClaim (eq .Values.data.accessMode "ReadWriteMany") -}}
{{- if not (or $shared (include "rolecast.ownData" .)) -}}
{{- fail "Several nodes share the data folder: set data.accessMode to ReadWriteMany, or objects.bucket and sealingKey.existingSecret." -}}
{{- end -}}
{{- if .Values.ingest.webrtc.enabled -}}
{{- fail "WebRTC's media must reach the node that answered: set ingest.webrtc.enabled to false, or replicas to 1." -}}
{{- end -}}
{{- end -}}
{{- end -}}
