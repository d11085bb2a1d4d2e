package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/compozy/docs/internal/source"
	"github.com/compozy/docs/validate/example/document"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: compozy
spec:
  replicas: 2
  selector:
    matchLabels:
      app: compozy
  template:
    metadata:
      labels:
        app: compozy
    spec:
      containers:
        - name: compozy
          image: example/compozy:1
          ports:
            - containerPort: 5001
          resources:
            limits: {cpu: 1, memory: 512Mi}
          readinessProbe:
            httpGet: {path: /health, port: 5001}
          volumeMounts:
            - name: data
              mountPath: /data
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: data}
`

const compose = `services:
  redis:
    image: redis:8
    command: ["redis-server", "--requirepass", "${REDIS_PASSWORD}"]
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
      interval: 10s
      timeout: ${TIMEOUT}
    volumes:
      - redis-data:/data
  compozy:
    build: .
    ports:
      - "5001:5001"
    environment:
      MODE: distributed
      PORT: 5001
    depends_on:
      redis:
        condition: service_healthy
    networks: [backend]
volumes:
  redis-data:
networks:
  backend: {}
`

const github = `name: docs
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        go: ["1.26"]
    steps:
      - uses: actions/checkout@v4
      - run: go test ./... ${{ matrix.go }}
      - if: ${{ github.ref == 'refs/heads/main' }}
        run: echo "é"
`

const workflow = `id: greet
version: 0.1.0
description: Says hello
config:
  input:
    type: object
agents:
  - id: greeter
    model: {provider: openai, model: gpt-5}
    instructions: Be kind
    actions:
      - id: hello
        prompt: Greet {{ .input.name }}
tasks:
  - id: first
    type: basic
    $use: agent(local::agents.#(id=="greeter"))
    action: hello
    with: {name: "{{ .workflow.input.name }}"}
    timeout: "{{ .env.TIMEOUT }}"
    on_success: {next: last}
  - id: last
    type: basic
    final: true
outputs:
  greeting: "{{ .tasks.first.output }}"
`

const objects = `# the namespace comes first
apiVersion: v1
kind: Namespace
metadata: {name: compozy}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: compozy, namespace: compozy}
data:
  compozy.yaml: |
    mode: standalone
---
apiVersion: v1
kind: Secret
metadata: {name: redis}
type: Opaque
data: {password: c2VjcmV0}
stringData: {user: é}
---
apiVersion: v1
kind: Service
metadata: {name: compozy}
spec:
  type: ClusterIP
  selector: {app: compozy}
  ports:
    - {port: 80, targetPort: http, protocol: TCP}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: compozy}
spec:
  rules:
    - host: compozy.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: compozy, port: {number: 80}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: compozy}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: compozy}
  minReplicas: 2
  maxReplicas: 10
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: compozy}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: compozy}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: export}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - {name: export, image: example/compozy, args: [cache, export]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: redis}
spec:
  podSelector: {matchLabels: {app: redis}}
  policyTypes: [Ingress]
  ingress:
    - from: [{podSelector: {matchLabels: {app: compozy}}}]
      ports: [{protocol: TCP, port: 6379}]
`

func check(kind, text string) (string, string) {
	problems, what := document.Check(kind, source.NewFile("page.mdx", []byte(text)))
	var out []string
	for _, p := range problems {
		at, _ := p.Span.Bounds()
		line := fmt.Sprintf("%d:%d %q %s", at.Line, at.Column, p.Span.Text(), p.Message)
		if p.Other.HasPlace() {
			other, _ := p.Other.Bounds()
			line += fmt.Sprintf(" (%d:%d)", other.Line, other.Column)
		}
		if p.Advice == "" {
			line += " WITHOUT ADVICE"
		}
		if strings.HasPrefix(p.Advice, "did you mean") {
			line += " [" + p.Advice + "]"
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n"), what
}

func TestGood(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ kind, text, what string }{
		{"kubernetes", deployment, "Kubernetes 1.37 (Deployment)"},
		{"kubernetes", objects, "Kubernetes 1.37 (Namespace, ConfigMap, Secret, Service, Ingress, HorizontalPodAutoscaler, PodDisruptionBudget, CronJob, NetworkPolicy)"},
		{"kubernetes", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: redis}\nspec:\n  serviceName: redis\n  selector: {matchLabels: {app: redis}}\n  template:\n    metadata: {labels: {app: redis}}\n    spec: {containers: [{name: redis, image: redis, volumeMounts: [{name: data, mountPath: /data}]}]}\n  volumeClaimTemplates:\n    - metadata: {name: data}\n      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1.5Gi}}}\n", "Kubernetes 1.37 (StatefulSet)"},
		{"docker-compose", compose, "the Compose Specification"},
		{"docker-compose", "services:\n  a: {image: \"x:${TAG:-1}\", volumes: [\"./data:/data\", \"/tmp:/tmp\"]}\n", "the Compose Specification"},
		{"github-workflow", github, "GitHub Actions, by actionlint"},
		{"workflow", workflow, "the schema of a Compozy workflow"},
		{"site-config", `{"site": {"title": "Handbook"}, "navigation": [{"title": "Guides", "pages": ["guides/a"]}]}`, "the schema of source.config.json"},
	} {
		if got, what := check(test.kind, test.text); got != "" || what != test.what {
			t.Errorf("%s is held against %q:\n%s\n%s", test.kind, what, test.text, got)
		}
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, kind, text, old, new, want string }{
		{"a misspelt key", "kubernetes", deployment, "replicas: 2", "replica: 2", `6:3 "replica" "replica" is not a known key of spec [did you mean "replicas"?]`},
		{"a wrong type", "kubernetes", deployment, "replicas: 2", "replicas: two", `6:13 "two" spec.replicas must be an integer, not "two"`},
		{"a misspelt kind", "kubernetes", deployment, "kind: Deployment", "kind: Deploymnet", `2:7 "Deploymnet" unknown kind "Deploymnet" [did you mean "Deployment"?]`},
		{"an old version", "kubernetes", deployment, "apps/v1", "extensions/v1beta1", `1:13 "extensions/v1beta1" there is no Deployment in "extensions/v1beta1"`},
		{"another label", "kubernetes", deployment, "      app: compozy\n  template", "      app: compozi\n  template", `9:12 "compozi" the selector wants app: compozi, which the template's labels do not have (13:14)`},
		{"a mount of no claim", "kubernetes", "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: redis}\nspec:\n  serviceName: redis\n  selector: {matchLabels: {app: redis}}\n  template:\n    metadata: {labels: {app: redis}}\n    spec: {containers: [{name: redis, image: redis, volumeMounts: [{name: data, mountPath: /data}]}]}\n  volumeClaimTemplates:\n    - metadata: {name: data}\n      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1.5Gi}}}\n", "{name: data, mountPath", "{name: dta, mountPath", `9:75 "dta" the mount names the volume "dta", which the pod does not have [did you mean "data"?]`},
		{"a mount of nothing", "kubernetes", deployment, "- name: data\n              mountPath", "- name: dta\n              mountPath", `25:21 "dta" the mount names the volume "dta", which the pod does not have (27:7) [did you mean "data"?]`},
		{"a quantity", "kubernetes", deployment, "512Mi", "512MB", `21:38 "512MB" spec.template.spec.containers.0.resources.limits.memory must match the pattern ^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$, not "512MB"`},
		{"no name", "kubernetes", deployment, "  name: compozy\nspec", "  labels: {}\nspec", `3:1 "metadata" the object has no name`},
		{"a name in capitals", "kubernetes", deployment, "  name: compozy\nspec", "  name: Compozy\nspec", `4:9 "Compozy" "Compozy" is not the name of an object`},
		{"no template", "kubernetes", deployment, "  template:", "  templat:", `10:3 "templat" "templat" is not a known key of spec [did you mean "template"?]`},
		{"an enum in a later document", "kubernetes", objects, "type: ClusterIP", "type: ClusterIp", `24:9 "ClusterIp" spec.type must be one of ClusterIP, NodePort, LoadBalancer, ExternalName, not "ClusterIp" [did you mean "ClusterIP"?]`},
		{"text that is no base64", "kubernetes", objects, "c2VjcmV0", "c2Vj-cmV0", `17:18 "c2Vj-cmV0" data.password must match the pattern ^[A-Za-z0-9+/\s]*={0,2}\s*$, not "c2Vj-cmV0"`},
		{"syntax in a later document", "kubernetes", objects, "metadata: {name: redis}\ntype", "metadata: {name: redis\ntype", `15:11 "{" `},
		{"a number that is text", "kubernetes", objects, "compozy.yaml: |\n    mode: standalone", "port: 5001", `10:9 "5001" data.port must be text, not "5001"`},
		{"no kind", "kubernetes", "apiVersion: v1\nmetadata: {name: a}\n", "", "", `1:1 "apiVersion: v1\nmetadata: {name: a}" the object has no kind`},
		{"a list", "kubernetes", "- a\n", "", "", `1:1 "- a" the document is not a mapping`},

		{"a misspelt key", "docker-compose", compose, "    image: redis:8", "    imag: redis:8", `3:5 "imag" "imag" is not a known key of services.redis [did you mean "image"?]`},
		{"a duration", "docker-compose", compose, "interval: 10s", "interval: 10 seconds", `7:17 "10 seconds" "10 seconds" is not a duration`},
		{"a missing service", "docker-compose", compose, "      redis:\n", "      rediss:\n", `19:7 "rediss" there is no service "rediss" in this file [did you mean "redis"?]`},
		{"a missing volume", "docker-compose", compose, "- redis-data:", "- redisdata:", `10:9 "redisdata:/data" there is no volume "redisdata" in this file [did you mean "redis-data"?]`},
		{"a missing network", "docker-compose", compose, "[backend]", "[frontend]", `21:16 "frontend" there is no network "frontend" in this file`},
		{"a condition", "docker-compose", compose, "service_healthy", "service_healty", `20:20 "service_healty" services.compozy.depends_on.redis.condition must be one of service_started, service_healthy, service_completed_successfully, not "service_healty" [did you mean "service_healthy"?]`},
		{"neither image nor build", "docker-compose", compose, "    build: .\n", "", `11:3 "compozy" the service "compozy" has neither an image nor a build`},
		{"no services", "docker-compose", "version: \"3\"\n", "", "", `1:1 "version: \"3\"" the file has no services`},
		{"a key that is no service", "docker-compose", compose, "volumes:\n  redis-data:\n", "volume:\n  redis-data:\n", `22:1 "volume" "volume" is not a known key of the document [did you mean "volumes"?]`},

		{"a misspelt key", "github-workflow", github, "runs-on", "run-on", `8:3 "build" "runs-on" section is missing in job "build"` + "\n" + `9:5 "run-on" unexpected key "run-on" for "job" section.`},
		{"an expression", "github-workflow", github, "matrix.go }}", "matrix.g }}", `15:32 "matrix.g" property "g" is not defined in object type {go: number}`},
		{"a missing job", "github-workflow", github, "    runs-on", "    needs: lint\n    runs-on", `8:3 "build" job "build" needs job "lint" which does not exist in this workflow`},
		{"an event", "github-workflow", github, "  push:", "  pushh:", `3:3 "pushh" unknown Webhook event "pushh".`},
		{"an open bracket", "github-workflow", github, "[main]", "[main", `4:15 "[" `},

		{"a misspelt key", "workflow", workflow, "agents:", "agent:", `7:1 "agent" "agent" is not a known key of the document [did you mean "agents"?]`},
		{"a missing task", "workflow", workflow, "{next: last}", "{next: lst}", `21:24 "lst" there is no task "lst" in this workflow [did you mean "last"?]`},
		{"a task's type", "workflow", workflow, "type: basic\n    final", "type: basics\n    final", `23:11 "basics" tasks.1.type must be one of basic, router, parallel, collection, composite, aggregate, wait, signal, memory, not "basics" [did you mean "basic"?]`},
		{"an id twice", "workflow", workflow, "- id: last", "- id: first", `21:24 "last" there is no task "last" in this workflow` + "\n" + `22:9 "first" a second task has the id "first" (15:9)`},
		{"no tasks", "workflow", "id: a\n", "", "", `1:1 "id: a" the document must have the key "tasks"`},

		{"a misspelt key", "site-config", "{\"sitte\": {}}\n", "", "", `1:2 "\"sitte\"" `},
		{"a wrong type", "site-config", "{\"content\": 5}\n", "", "", `1:13 "5" `},
		{"a key twice", "site-config", "{\"out\": \"a\", \"out\": \"b\"}\n", "", "", `1:14 "\"out\"" `},
		{"syntax", "site-config", "{\"out\": }\n", "", "", `1:9 "}" `},
		{"a list", "site-config", "[]\n", "", "", `1:1 "[]" `},
		{"a kind that is not known", "kubernets", "a: 1\n", "", "", `1:1 "a: 1" there is no kind of document "kubernets" [did you mean "kubernetes"?]`},
		{"too long", "workflow", "a: " + strings.Repeat("x", 300<<10), "", "", ""},
	} {
		t.Run(test.kind+" "+test.name, func(t *testing.T) {
			t.Parallel()
			text := test.text
			if test.old != "" {
				if text = strings.Replace(text, test.old, test.new, 1); text == test.text {
					t.Fatalf("the text does not hold %q", test.old)
				}
			}
			got, _ := check(test.kind, text)
			want := test.want
			if strings.HasSuffix(want, ". ") || strings.HasSuffix(want, `" `) || want == "" {
				if got == "" || !strings.HasPrefix(got, want) {
					t.Errorf("got %q, want it to begin with %q", got, want)
				}
				return
			}
			if !strings.HasPrefix(got, want) || strings.Contains(got, "WITHOUT ADVICE") {
				t.Errorf("problems (-want +got):\n%s", cmp.Diff(want, got))
			}
		})
	}
}

// TestPlacesInAPage holds a place against the page that an example was cut
// from.
func TestPlacesInAPage(t *testing.T) {
	t.Parallel()
	page := source.NewFile("page.mdx", []byte("> kind: x\n> ---\n> apiVersion: v1\n> kind: é\n"))
	var text []byte
	var pieces []source.Piece
	for n := 1; n < page.Lines(); n++ {
		line, start := page.Line(n)
		pieces = append(pieces, source.Piece{Inner: len(text), Outer: start + 2, Len: len(line) - 2})
		text = append(append(text, line[2:]...), '\n')
	}
	problems, _ := document.Check("kubernetes", source.NewInset(page, text, pieces))
	if len(problems) != 2 {
		t.Fatalf("%+v", problems)
	}
	start, end := problems[1].Span.Bounds()
	if start != (source.Position{Line: 4, Column: 9}) || end != (source.Position{Line: 4, Column: 10}) {
		t.Errorf("the kind stands at %v to %v of the page", start, end)
	}
}

func FuzzCheck(f *testing.F) {
	for i, text := range []string{compose, github, objects, workflow} {
		f.Add(document.Kinds()[i], text)
	}
	f.Add("kubernetes", deployment)
	f.Add("kubernetes", "---\n---\n- a")
	f.Fuzz(func(t *testing.T, kind, text string) {
		code := source.NewFile("page.mdx", []byte(text))
		problems, _ := document.Check(kind, code)
		for _, p := range problems {
			for _, at := range []source.Span{p.Span, p.Other} {
				if !at.IsZero() && (at.File != code || at.Start < 0 || at.Start > at.End || at.End > code.Len()) {
					t.Fatalf("%q: %q stands at %d to %d", text, p.Message, at.Start, at.End)
				}
			}
		}
	})
}

func BenchmarkKubernetes(b *testing.B) {
	for b.Loop() {
		if got, _ := check("kubernetes", objects); got != "" {
			b.Fatal(got)
		}
	}
}
