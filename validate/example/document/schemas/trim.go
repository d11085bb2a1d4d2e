//go:build ignore

// Trim makes kubernetes.json of the OpenAPI document that Kubernetes
// publishes: the kinds that pages show, the types that they use, no prose.
//
//	go run trim.go api/openapi-spec/swagger.json > kubernetes.json
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
)

// kinds are the objects to keep.
var kinds = strings.Fields(`
	v1/ConfigMap v1/LimitRange v1/Namespace v1/PersistentVolume v1/PersistentVolumeClaim v1/Pod v1/ResourceQuota
	v1/Secret v1/Service v1/ServiceAccount apps/v1/DaemonSet apps/v1/Deployment apps/v1/ReplicaSet
	apps/v1/StatefulSet autoscaling/v2/HorizontalPodAutoscaler batch/v1/CronJob batch/v1/Job
	networking.k8s.io/v1/Ingress networking.k8s.io/v1/IngressClass networking.k8s.io/v1/NetworkPolicy
	policy/v1/PodDisruptionBudget rbac.authorization.k8s.io/v1/ClusterRole
	rbac.authorization.k8s.io/v1/ClusterRoleBinding rbac.authorization.k8s.io/v1/Role
	rbac.authorization.k8s.io/v1/RoleBinding scheduling.k8s.io/v1/PriorityClass storage.k8s.io/v1/StorageClass`)

// enums are values that the API server checks and its OpenAPI document tells
// in prose only.
var enums = map[string]string{
	"io.k8s.api.core.v1.ServiceSpec.type":                                    "ClusterIP NodePort LoadBalancer ExternalName",
	"io.k8s.api.core.v1.ServiceSpec.sessionAffinity":                         "ClientIP None",
	"io.k8s.api.core.v1.ServiceSpec.externalTrafficPolicy":                   "Cluster Local",
	"io.k8s.api.core.v1.ServicePort.protocol":                                "TCP UDP SCTP",
	"io.k8s.api.core.v1.ContainerPort.protocol":                              "TCP UDP SCTP",
	"io.k8s.api.core.v1.Container.imagePullPolicy":                           "Always IfNotPresent Never",
	"io.k8s.api.core.v1.PodSpec.restartPolicy":                               "Always OnFailure Never",
	"io.k8s.api.core.v1.PodSpec.dnsPolicy":                                   "ClusterFirst ClusterFirstWithHostNet Default None",
	"io.k8s.api.core.v1.Toleration.operator":                                 "Exists Equal Lt Gt",
	"io.k8s.api.core.v1.Toleration.effect":                                   "NoSchedule PreferNoSchedule NoExecute",
	"io.k8s.api.core.v1.TopologySpreadConstraint.whenUnsatisfiable":          "DoNotSchedule ScheduleAnyway",
	"io.k8s.api.core.v1.HTTPGetAction.scheme":                                "HTTP HTTPS",
	"io.k8s.api.core.v1.SeccompProfile.type":                                 "Localhost RuntimeDefault Unconfined",
	"io.k8s.api.core.v1.PersistentVolumeClaimSpec.accessModes[]":             "ReadWriteOnce ReadOnlyMany ReadWriteMany ReadWriteOncePod",
	"io.k8s.api.core.v1.PersistentVolumeSpec.accessModes[]":                  "ReadWriteOnce ReadOnlyMany ReadWriteMany ReadWriteOncePod",
	"io.k8s.api.core.v1.PersistentVolumeClaimSpec.volumeMode":                "Block Filesystem",
	"io.k8s.api.core.v1.PersistentVolumeSpec.volumeMode":                     "Block Filesystem",
	"io.k8s.api.core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy":  "Delete Recycle Retain",
	"io.k8s.api.apps.v1.DeploymentStrategy.type":                             "Recreate RollingUpdate",
	"io.k8s.api.apps.v1.StatefulSetUpdateStrategy.type":                      "OnDelete RollingUpdate",
	"io.k8s.api.apps.v1.StatefulSetSpec.podManagementPolicy":                 "OrderedReady Parallel",
	"io.k8s.api.batch.v1.CronJobSpec.concurrencyPolicy":                      "Allow Forbid Replace",
	"io.k8s.api.batch.v1.JobSpec.completionMode":                             "Indexed NonIndexed",
	"io.k8s.api.autoscaling.v2.MetricSpec.type":                              "ContainerResource External Object Pods Resource",
	"io.k8s.api.autoscaling.v2.MetricTarget.type":                            "AverageValue Utilization Value",
	"io.k8s.api.networking.v1.HTTPIngressPath.pathType":                      "Exact ImplementationSpecific Prefix",
	"io.k8s.api.networking.v1.NetworkPolicySpec.policyTypes[]":               "Egress Ingress",
	"io.k8s.api.networking.v1.NetworkPolicyPort.protocol":                    "TCP UDP SCTP",
	"io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement.operator": "DoesNotExist Exists In NotIn",
	"io.k8s.api.storage.v1.StorageClass.volumeBindingMode":                   "Immediate WaitForFirstConsumer",
}

var used = map[string]bool{} // paths of enums

const quantity = `^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$`

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run trim.go swagger.json")
	}
	raw, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var api struct {
		Info        struct{ Version string }
		Definitions map[string]map[string]any
	}
	if err := json.Unmarshal(raw, &api); err != nil {
		log.Fatal(err)
	}
	found := map[string]string{}
	definitions := map[string]any{}
	for name, d := range api.Definitions {
		gvks, _ := d["x-kubernetes-group-version-kind"].([]any)
		for _, g := range gvks {
			g := g.(map[string]any)
			id := strings.TrimPrefix(fmt.Sprintf("%s/%s/%s", g["group"], g["version"], g["kind"]), "/")
			if slices.Contains(kinds, id) {
				found[id] = name
			}
		}
	}
	for _, id := range kinds {
		if found[id] == "" {
			log.Fatalf("there is no %s", id)
		}
		keep(api.Definitions, definitions, found[id])
		object := definitions[found[id]].(map[string]any)
		properties := object["properties"].(map[string]any)
		cut := strings.LastIndex(id, "/")
		properties["apiVersion"] = map[string]any{"const": id[:cut]}
		properties["kind"] = map[string]any{"const": id[cut+1:]}
		object["required"] = append([]any{"metadata"}, list(object["required"])...)
	}
	for path := range enums {
		if !used[path] {
			log.Fatalf("no kept object has %s", path)
		}
	}
	out, err := json.MarshalIndent(map[string]any{"kinds": found, "definitions": definitions}, "", " ")
	if err != nil {
		log.Fatal(err)
	}
	os.Stdout.Write(append(out, '\n'))
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// keep copies a definition and what it refers to.
func keep(from map[string]map[string]any, to map[string]any, name string) {
	if _, done := to[name]; done {
		return
	}
	to[name] = nil
	switch name {
	case "io.k8s.apimachinery.pkg.api.resource.Quantity":
		to[name] = map[string]any{"type": []any{"string", "number"}, "pattern": quantity}
	case "io.k8s.apimachinery.pkg.util.intstr.IntOrString":
		to[name] = map[string]any{"type": []any{"string", "integer"}}
	default:
		to[name] = trim(from, to, name, from[name])
	}
}

// trim copies a schema without its prose; an object refuses what it does not
// name, as the API server does with strict validation.
func trim(from map[string]map[string]any, to map[string]any, path string, s map[string]any) map[string]any {
	out := map[string]any{}
	for key, value := range s {
		switch key {
		case "$ref":
			name := strings.TrimPrefix(value.(string), "#/definitions/")
			keep(from, to, name)
			out[key] = value
		case "type", "required":
			out[key] = value
		case "format":
			if value == "byte" {
				out["pattern"] = `^[A-Za-z0-9+/\s]*={0,2}\s*$`
			} else if value == "date-time" {
				out[key] = value
			}
		case "items":
			out[key] = trim(from, to, path+"[]", value.(map[string]any))
		case "additionalProperties":
			out[key] = trim(from, to, path+"{}", value.(map[string]any))
		case "properties":
			properties := map[string]any{}
			for name, p := range value.(map[string]any) {
				properties[name] = trim(from, to, path+"."+name, p.(map[string]any))
			}
			out[key] = properties
			out["additionalProperties"] = false
		}
	}
	if values := enums[path]; values != "" {
		out["enum"] = strings.Fields(values)
		used[path] = true
	}
	return out
}
