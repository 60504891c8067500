/**
 * Where custom resources have their pod settings. Each entry names whose kind it is; its paths were read from the CRD in that project's own
 * repository in 2026-11, where nothing else is said. What is missing on the way of an optional part is not made: it would turn the part on.
 */
import type { PodSettings, SettingField, Workload } from './workloads.ts'

/** Such resources know no nodeSelector; every demand is in the affinity as well. */
const noSelector: SettingField[] = ['affinity', 'tolerations']
/** Such resources have another thing by the name of affinity; every demand is in the nodeSelector as well. */
const noAffinity: SettingField[] = ['nodeSelector', 'tolerations']
/** A pod template needs its list of containers, even if it is empty. */
const made = { containers: [] }

const kinds = (group: string, names: string[], paths: string[], more: Omit<PodSettings, 'at'> = {}): Workload[] =>
  names.map((kind) => ({ group, kind, pods: paths.map((at) => ({ at, ...more })) }))
const optional = (entries: Workload[]): Workload[] => entries.map((it) => ({ ...it, optional: true }))

/** A cluster of Crunchy Data's operator; Percona's is built on it. */
const crunchy = ['spec.instances[]', 'spec.proxy?.pgBouncer?', 'spec.backups?.pgbackrest?.repoHost', 'spec.backups?.pgbackrest?.jobs', 'spec.backups?.pgbackrest?.restore?', 'spec.dataSource?.pgbackrest?', 'spec.dataSource?.postgresCluster?']
const ray = (at: string) => [`${at}.headGroupSpec?.template?.spec?`, `${at}.workerGroupSpecs[].template?.spec?`]
const acme = ['ingress', 'gatewayHTTPRoute'].map((way) => `spec.acme?.solvers[].http01?.${way}?.podTemplate.spec`)

export const customWorkloads: readonly Workload[] = [
  // CloudNativePG
  ...kinds('postgresql.cnpg.io', ['Cluster'], ['spec.affinity'], { fields: ['nodeSelector', 'tolerations', 'nodeAffinity'] }),
  ...kinds('postgresql.cnpg.io', ['Pooler'], ['spec.template.spec'], { made }),
  // Zalando's postgres-operator
  ...kinds('acid.zalan.do', ['postgresql'], ['spec'], { fields: ['tolerations', 'nodeAffinity'] }),
  // Crunchy Data's postgres-operator, and Percona's operators for PostgreSQL, XtraDB and MongoDB
  ...kinds('postgres-operator.crunchydata.com', ['PostgresCluster'], [...crunchy, 'spec.userInterface?.pgAdmin?'], { fields: noSelector }),
  ...kinds('postgres-operator.crunchydata.com', ['PGAdmin', 'PGUpgrade'], ['spec'], { fields: noSelector }),
  ...kinds('pgv2.percona.com', ['PerconaPGCluster'], [...crunchy, 'spec.logicalReplicas[]'], { fields: noSelector }),
  ...kinds('pgv2.percona.com', ['PerconaPGUpgrade'], ['spec'], { fields: noSelector }),
  ...kinds('pxc.percona.com', ['PerconaXtraDBCluster'], ['spec.pxc', 'spec.haproxy?', 'spec.proxysql?', 'spec.backup?.storages{}'], { fields: noAffinity }),
  ...kinds('psmdb.percona.com', ['PerconaServerMongoDB'], [
    ...['spec.replsets[]', 'spec.sharding?.configsvrReplSet?'].flatMap((set) => [set, ...['arbiter?', 'nonvoting?', 'hidden?', 'search?'].map((part) => `${set}.${part}`)]),
    'spec.sharding?.mongos?', 'spec.search?',
  ], { fields: noAffinity }),
  // MongoDB's community operator
  ...kinds('mongodbcommunity.mongodb.com', ['MongoDBCommunity'], ['spec.statefulSet.spec.template.spec']),
  // mariadb-operator, mysql-operator (Oracle)
  ...kinds('k8s.mariadb.com', ['MariaDB'], ['spec', 'spec.metrics?.exporter?', 'spec.bootstrapFrom?.restoreJob?', 'spec.replication?.replica?.bootstrapFrom?.restoreJob?']),
  ...kinds('k8s.mariadb.com', ['MaxScale'], ['spec', 'spec.metrics?.exporter?']),
  ...kinds('k8s.mariadb.com', ['Backup', 'Restore', 'SqlJob'], ['spec']),
  // Its job follows the database to its node by a rule that the operator makes.
  ...kinds('k8s.mariadb.com', ['PhysicalBackup'], ['spec'], { fields: ['tolerations'] }),
  ...kinds('mysql.oracle.com', ['InnoDBCluster'], ['spec.podSpec', 'spec.router?.podSpec', 'spec.readReplicas[].podSpec']),
  // cass-operator, Altinity's clickhouse-operator, OpenSearch, Dragonfly
  { group: 'cassandra.datastax.com', kind: 'CassandraDatacenter', pods: [{ at: 'spec', fields: noAffinity }, { at: 'spec.podTemplateSpec?.spec?' }] },
  ...kinds('clickhouse.altinity.com', ['ClickHouseInstallation', 'ClickHouseInstallationTemplate'], ['spec.templates?.podTemplates[].spec']),
  ...kinds('clickhouse-keeper.altinity.com', ['ClickHouseKeeperInstallation'], ['spec.templates?.podTemplates[].spec']),
  ...kinds('opensearch.opster.io', ['OpenSearchCluster'], ['spec.nodePools[]', 'spec.bootstrap', 'spec.dashboards?']),
  ...kinds('opensearch.org', ['OpenSearchCluster'], ['spec.nodePools[]', 'spec.bootstrap', 'spec.dashboards?', 'spec.security?.config?.updateJob']),
  ...kinds('dragonflydb.io', ['Dragonfly'], ['spec']),
  // redis-operator of OT-CONTAINER-KIT and of Spotahome
  ...kinds('redis.redis.opstreelabs.in', ['Redis', 'RedisSentinel'], ['spec']),
  ...kinds('redis.redis.opstreelabs.in', ['RedisReplication'], ['spec', 'spec.sentinel?']),
  ...kinds('redis.redis.opstreelabs.in', ['RedisCluster'], ['spec.redisLeader', 'spec.redisFollower']),
  ...kinds('databases.spotahome.com', ['RedisFailover'], ['spec.redis', 'spec.sentinel']),
  // prometheus-operator, VictoriaMetrics, OpenTelemetry, grafana-operator, k6
  ...kinds('monitoring.coreos.com', ['Prometheus', 'PrometheusAgent', 'Alertmanager', 'ThanosRuler'], ['spec']),
  ...kinds('operator.victoriametrics.com', ['VMSingle', 'VMAgent', 'VMAlert', 'VMAlertmanager', 'VMAnomaly', 'VMAuth', 'VLSingle', 'VLAgent', 'VTSingle'], ['spec']),
  ...kinds('operator.victoriametrics.com', ['VMCluster'], ['spec.vmstorage?', 'spec.vmselect?', 'spec.vminsert?']),
  ...kinds('operator.victoriametrics.com', ['VLCluster'], ['spec.vlstorage?', 'spec.vlselect?', 'spec.vlinsert?']),
  ...kinds('operator.victoriametrics.com', ['VTCluster'], ['spec.storage?', 'spec.select?', 'spec.insert?']),
  // As a sidecar it is in the pods of others.
  { group: 'opentelemetry.io', kind: 'OpenTelemetryCollector', optional: true, pods: [{ at: 'spec', unless: { mode: 'sidecar' } }, { at: 'spec.targetAllocator?' }] },
  ...kinds('opentelemetry.io', ['OpAMPBridge', 'TargetAllocator'], ['spec']),
  ...kinds('grafana.integreatly.org', ['Grafana'], ['spec.deployment.spec.template.spec']),
  ...kinds('k6.io', ['TestRun', 'K6'], ['spec.runner', 'spec.starter', 'spec.initializer']),
  // RabbitMQ cluster-operator, MinIO, Strimzi (with ZooKeeper before 0.46)
  { group: 'rabbitmq.com', kind: 'RabbitmqCluster', pods: [{ at: 'spec', fields: noSelector }, { at: 'spec.override?.statefulSet?.spec?.template?.spec?' }] },
  ...kinds('minio.min.io', ['Tenant'], ['spec.pools[]', 'spec.kes?']),
  ...kinds('kafka.strimzi.io', ['Kafka'], ['kafka', 'zookeeper?', 'entityOperator?', 'cruiseControl?', 'kafkaExporter?'].map((part) => `spec.${part}.template.pod`), { fields: noSelector }),
  ...kinds('kafka.strimzi.io', ['KafkaNodePool', 'KafkaBridge'], ['spec.template.pod'], { fields: noSelector }),
  ...kinds('kafka.strimzi.io', ['KafkaConnect', 'KafkaMirrorMaker2'], ['spec.template.pod', 'spec.template.buildPod?'], { fields: noSelector }),
  // Elastic Cloud on Kubernetes
  ...kinds('elasticsearch.k8s.elastic.co', ['Elasticsearch'], ['spec.nodeSets[].podTemplate.spec']),
  ...[['kibana', 'Kibana'], ['apm', 'ApmServer'], ['enterprisesearch', 'EnterpriseSearch'], ['logstash', 'Logstash'], ['maps', 'ElasticMapsServer'], ['packageregistry', 'PackageRegistry'], ['autoops', 'AutoOpsAgentPolicy']]
    .flatMap(([group, kind]) => kinds(`${group}.k8s.elastic.co`, [kind!], ['spec.podTemplate.spec'])),
  ...kinds('agent.k8s.elastic.co', ['Agent'], ['daemonSet', 'deployment', 'statefulSet'].map((way) => `spec.${way}?.podTemplate.spec`)),
  ...kinds('beat.k8s.elastic.co', ['Beat'], ['daemonSet', 'deployment'].map((way) => `spec.${way}?.podTemplate.spec`)),
  // Keycloak's operator, read in its guide (Advanced configuration, 26)
  ...kinds('k8s.keycloak.org', ['Keycloak'], ['spec.scheduling'], { fields: noSelector }),
  // supabase-operator
  ...kinds('core.supabase.io', ['SingleDatabase', 'Migration'], ['spec']),
  ...kinds('core.supabase.io', ['Project'], ['auth', 'envoy', 'functions', 'meta', 'realtime', 'rest', 'storage', 'studio'].map((part) => `spec.${part}?`)),
  // cert-manager: the pods that answer for a name
  ...optional(kinds('cert-manager.io', ['Issuer', 'ClusterIssuer'], acme)),
  // Argo Rollouts; its workloadRef points at a Deployment, which is placed itself
  ...optional(kinds('argoproj.io', ['Rollout'], ['spec.template?.spec'])),
  ...kinds('argoproj.io', ['Experiment'], ['spec.templates[].template.spec']),
  ...optional(kinds('argoproj.io', ['AnalysisTemplate', 'ClusterAnalysisTemplate', 'AnalysisRun'], ['spec.metrics[].provider?.job?.spec?.template?.spec?'])),
  // Argo Workflows: settings of a template replace those of the workflow
  ...kinds('argoproj.io', ['Workflow', 'WorkflowTemplate', 'ClusterWorkflowTemplate'], ['spec', 'spec.templateDefaults?', 'spec.templates[]']),
  ...kinds('argoproj.io', ['CronWorkflow'], ['spec.workflowSpec', 'spec.workflowSpec.templateDefaults?', 'spec.workflowSpec.templates[]']),
  // Tekton: v1 has moved what v1beta1 has in the spec
  { group: 'tekton.dev', version: 'v1beta1', kind: 'PipelineRun', pods: [{ at: 'spec.podTemplate' }, { at: 'spec.taskRunSpecs[].taskPodTemplate?' }] },
  ...kinds('tekton.dev', ['PipelineRun'], ['spec.taskRunTemplate.podTemplate', 'spec.taskRunSpecs[].podTemplate?']),
  ...kinds('tekton.dev', ['TaskRun'], ['spec.podTemplate']),
  // KEDA, read in its reference (ScaledJob specification)
  ...kinds('keda.sh', ['ScaledJob'], ['spec.jobTargetRef?.template?.spec?']),
  // Knative, which takes them with the features kubernetes.podspec-nodeselector, -tolerations and -affinity only
  ...kinds('serving.knative.dev', ['Service', 'Configuration'], ['spec.template?.spec?']),
  // Actions Runner Controller
  { group: 'actions.github.com', kind: 'AutoscalingRunnerSet', pods: [{ at: 'spec.template.spec', made }, { at: 'spec.listenerTemplate.spec', made }] },
  ...kinds('actions.summerwind.dev', ['RunnerDeployment', 'RunnerReplicaSet', 'RunnerSet'], ['spec.template.spec']),
  ...kinds('actions.summerwind.dev', ['Runner'], ['spec']),
  // OpenKruise
  ...kinds('apps.kruise.io', ['CloneSet', 'StatefulSet', 'DaemonSet', 'BroadcastJob'], ['spec?.template?.spec?']),
  ...kinds('apps.kruise.io', ['AdvancedCronJob'], ['jobTemplate', 'broadcastJobTemplate'].map((way) => `spec.template?.${way}?.spec?.template?.spec?`)),
  ...kinds('apps.kruise.io', ['UnitedDeployment'], ['statefulSetTemplate', 'advancedStatefulSetTemplate', 'cloneSetTemplate', 'deploymentTemplate'].map((way) => `spec.template?.${way}?.spec?.template?.spec?`)),
  // JobSet, LeaderWorkerSet, KubeRay, Spark, Flink, KServe, Kubeflow Trainer
  ...kinds('jobset.x-k8s.io', ['JobSet'], ['spec.replicatedJobs[].template.spec.template.spec']),
  ...kinds('leaderworkerset.x-k8s.io', ['LeaderWorkerSet'], ['leaderTemplate', 'workerTemplate'].map((which) => `spec.leaderWorkerTemplate?.${which}?.spec?`)),
  ...kinds('ray.io', ['RayCluster'], ray('spec')),
  ...optional(kinds('ray.io', ['RayJob'], [...ray('spec.rayClusterSpec?'), 'spec.submitterPodTemplate?.spec?'])),
  ...kinds('ray.io', ['RayService'], ray('spec.rayClusterConfig?')),
  ...kinds('ray.io', ['RayCronJob'], [...ray('spec.jobTemplate?.rayClusterSpec?'), 'spec.jobTemplate?.submitterPodTemplate?.spec?']),
  ...kinds('sparkoperator.k8s.io', ['SparkApplication'], ['spec.driver', 'spec.executor']),
  ...kinds('sparkoperator.k8s.io', ['ScheduledSparkApplication'], ['spec.template.driver', 'spec.template.executor']),
  ...kinds('sparkoperator.k8s.io', ['SparkConnect'], ['spec.server.template.spec', 'spec.executor.template.spec'], { made }),
  ...kinds('flink.apache.org', ['FlinkDeployment'], ['spec.podTemplate.spec', 'spec.jobManager?.podTemplate?.spec?', 'spec.taskManager?.podTemplate?.spec?']),
  ...kinds('serving.kserve.io', ['InferenceService'], ['spec.predictor', 'spec.predictor.workerSpec?', 'spec.transformer?', 'spec.explainer?']),
  ...kinds('serving.kserve.io', ['ServingRuntime', 'ClusterServingRuntime'], ['spec', 'spec.workerSpec?']),
  ...kinds('trainer.kubeflow.org', ['TrainingRuntime', 'ClusterTrainingRuntime'], ['spec.template.spec.replicatedJobs[].template.spec.template.spec']),
  // KubeVirt
  ...kinds('kubevirt.io', ['VirtualMachine', 'VirtualMachineInstanceReplicaSet'], ['spec.template?.spec?']),
  ...kinds('kubevirt.io', ['VirtualMachineInstance'], ['spec']),
  ...kinds('pool.kubevirt.io', ['VirtualMachinePool'], ['spec.virtualMachineTemplate?.spec?.template?.spec?']),
]
