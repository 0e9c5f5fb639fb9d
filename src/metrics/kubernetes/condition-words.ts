/** What an HPA's conditions mean, in words. https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale-walkthrough/ */

const meanings: Readonly<Record<string, string>> = {
  "ScalingLimited=True TooManyReplicas": "it wants more pods than its maximum allows",
  "ScalingLimited=True TooFewReplicas": "it would do with fewer pods than its minimum",
  "ScalingLimited=True ScaleUpLimit": "it wants more pods than it may add at once",
  "ScalingLimited=True ScaleDownLimit": "it may not remove pods faster",
  "ScalingLimited=False DesiredWithinRange": "the number of pods it wants is within its limits",
  "AbleToScale=True ReadyForNewScale": "ready to scale",
  "AbleToScale=True SucceededRescale": "it has just scaled",
  "AbleToScale=True SucceededGetScale": "it can read the size of what it scales",
  "AbleToScale=True ScaleUpStabilized": "it waits before it adds pods",
  "AbleToScale=True ScaleDownStabilized": "it waits before it removes pods",
  "AbleToScale=False BackoffBoth": "it waits after it has scaled",
  "AbleToScale=False FailedGetScale": "it cannot read the size of what it scales",
  "AbleToScale=False FailedUpdateScale": "it cannot change the size of what it scales",
  "ScalingActive=True ValidMetricFound": "it has the figures that it scales by",
  "ScalingActive=False FailedGetResourceMetric": "it does not get CPU or memory figures, and cannot scale",
  "ScalingActive=False FailedGetContainerResourceMetric": "it does not get its containers' figures, and cannot scale",
  "ScalingActive=False FailedGetPodsMetric": "it does not get its pods' figures, and cannot scale",
  "ScalingActive=False FailedGetObjectMetric": "it does not get its object's figures, and cannot scale",
  "ScalingActive=False FailedGetExternalMetric": "it does not get its external figures, and cannot scale",
  "ScalingActive=False ScalingDisabled": "it is switched off: what it scales has a size of 0",
  "ScalingActive=False InvalidSelector": "its target's pod selector is wrong, and it cannot scale",
};

export function conditionMeaning(type: string, status: string, reason: string): string {
  return meanings[`${type}=${status} ${reason}`] ?? `${type} is ${status} (${reason})`;
}
