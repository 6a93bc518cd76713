/** What runs a plan on Kubernetes: the manifest of an Indexed Job. */
import { Document } from 'yaml';
import type { Job } from 'kubernetes-types/batch/v1.d.ts';
import { counted } from './quantity.js';
import { memoryMebibytes, minutes, taskCommand, type Tasks } from './tasks.js';

/** Where the volume is mounted. */
const folder = '/plan';

/** The manifest as YAML. */
export function kubernetesText(plan: Tasks): string {
  const inVolume = { ...plan, plan: lastPart(plan.plan), results: lastPart(plan.results) };
  const document = new Document(jobOf(inVolume), { aliasDuplicateObjects: false });
  document.commentBefore = [
    ` ${counted(plan.jobs, 'job')} in ${counted(plan.tasks, 'task')}. Change \`image\` to one that has shootdown ${plan.program}, and \`claimName\` to a`,
    ` volume that all nodes can write to; put ${inVolume.plan} at its top. Results appear in its folder ${inVolume.results}.`,
  ].join('\n');
  return document.toString({ lineWidth: 0 });
}

function lastPart(path: string): string {
  return path.split('/').filter((part) => part !== '').at(-1) ?? path;
}

function jobOf(plan: Tasks): Job {
  const name = `shootdown-${plan.name}`;
  const [memory, time] = [memoryMebibytes(plan), minutes(plan)];
  const resources = { cpu: '1', ...(memory !== undefined && { memory: `${memory}Mi` }) };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: { 'app.kubernetes.io/name': 'shootdown' } },
    spec: {
      completionMode: 'Indexed',
      completions: plan.tasks,
      parallelism: Math.min(plan.tasks, parallelismMax),
      backoffLimit: plan.tasks,
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'shootdown' } },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          ...(time !== undefined && { activeDeadlineSeconds: time * 60 }),
          securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'shootdown',
              image: `shootdown:${plan.program}`,
              workingDir: folder,
              command: ['/bin/sh', '-c', `exec ${taskCommand(plan, '$JOB_COMPLETION_INDEX')}`],
              resources: { requests: resources, limits: resources },
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
              volumeMounts: [{ name: 'plan', mountPath: folder }],
            },
          ],
          volumes: [{ name: 'plan', persistentVolumeClaim: { claimName: 'shootdown' } }],
        },
      },
    },
  };
}

/** Pods at a time; whoever has more room changes it. */
const parallelismMax = 20;
