/** How each program of the control plane is started; everything on 127.0.0.1. */
import { join } from "node:path";

export type PartName =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kwok"
  | "metrics-server";

export type Ports = Readonly<Record<"etcd" | "peer" | "api" | "kwok" | "metrics", number>>;

export type Layout = { binaries: string; dir: string; kubeconfig: string; kwokConfig: string; ports: Ports };

/** In the order in which they need each other. */
export function commandsOf({ binaries, dir, kubeconfig, kwokConfig, ports }: Layout): Record<PartName, string[]> {
  const loopback = "http://127.0.0.1";
  const pki = (name: string) => join(dir, "pki", name);
  const bin = (name: PartName, ...flags: string[]) => [join(binaries, name), ...flags];
  const alone = [`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--secure-port=0"];
  const client = `${loopback}:${ports.etcd}`;
  const peer = `${loopback}:${ports.peer}`;
  return {
    etcd: bin(
      "etcd",
      `--data-dir=${join(dir, "etcd")}`,
      "--unsafe-no-fsync",
      "--log-level=warn",
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ),
    "kube-apiserver": bin(
      "kube-apiserver",
      `--etcd-servers=${client}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.api}`,
      "--advertise-address=127.0.0.1",
      "--endpoint-reconciler-type=none",
      "--service-cluster-ip-range=10.0.0.0/24",
      "--authorization-mode=RBAC",
      "--disable-admission-plugins=ServiceAccount",
      "--profiling=false",
      `--tls-cert-file=${pki("apiserver.crt")}`,
      `--tls-private-key-file=${pki("apiserver.key")}`,
      `--client-ca-file=${pki("ca.crt")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${pki("sa.key")}`,
      `--service-account-signing-key-file=${pki("sa.key")}`,
      `--requestheader-client-ca-file=${pki("front-proxy-ca.crt")}`,
      "--requestheader-allowed-names=front-proxy",
      "--requestheader-username-headers=X-Remote-User",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      `--proxy-client-cert-file=${pki("front-proxy.crt")}`,
      `--proxy-client-key-file=${pki("front-proxy.key")}`,
      `--egress-selector-config-file=${join(dir, "egress.yaml")}`,
    ),
    // The HPA's times are shortened from 15 s, 5 min and 30 s, so that a test sees it scale more than once.
    "kube-controller-manager": bin(
      "kube-controller-manager",
      ...alone,
      `--controllers=${controllers.join(",")}`,
      "--horizontal-pod-autoscaler-sync-period=5s",
      "--horizontal-pod-autoscaler-cpu-initialization-period=10s",
      "--horizontal-pod-autoscaler-initial-readiness-delay=5s",
      "--horizontal-pod-autoscaler-downscale-stabilization=30s",
      "--node-monitor-period=2s",
      "--node-monitor-grace-period=30s",
    ),
    "kube-scheduler": bin("kube-scheduler", ...alone),
    kwok: bin(
      "kwok",
      `--kubeconfig=${kubeconfig}`,
      `--config=${kwokConfig}`,
      "--node-name=localhost",
      "--manage-all-nodes=true",
      `--server-address=127.0.0.1:${ports.kwok}`,
      `--node-port=${ports.kwok}`,
      "--enable-crds=ClusterResourceUsage",
    ),
    "metrics-server": bin(
      "metrics-server",
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.metrics}`,
      `--cert-dir=${join(dir, "metrics-server")}`,
      "--kubelet-insecure-tls",
      "--kubelet-use-node-status-port",
      "--kubelet-preferred-address-types=Hostname",
      "--metric-resolution=10s",
      "--kubelet-request-timeout=5s",
    ),
  };
}

const controllers = [
  "deployment-controller",
  "replicaset-controller",
  "daemonset-controller",
  "horizontal-pod-autoscaler-controller",
  "node-lifecycle-controller",
  "taint-eviction-controller",
  "namespace-controller",
  "garbage-collector-controller",
];
