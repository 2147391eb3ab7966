metadata description = 'Every alert of infra/azure/alerts.json, and whom they tell.'

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('The name of the environment: alerts say it.')
param environmentName string

@description('The id of the workspace that the app logs to.')
param workspaceId string

@description('The id of the function app.')
param appId string

@description('Gigabytes that a day may log; -1 is no limit, and then nothing is near it.')
param logDailyCapGb int

@description('Addresses that alerts are mailed to, separated by commas.')
param emails string

@secure()
@description('Where alerts are posted, in Azure\'s common schema; nowhere where it is empty.')
param webhookUrl string

@description('Where the runbooks are: a page\'s name is put behind it.')
param runbooksUrl string

@description('Alerts that tell nobody, by name, separated by commas.')
param muted string

@description('Other thresholds than alerts.json has: name=number, separated by commas.')
param thresholds string

@description('Other severities than alerts.json has: name=number from 0 (critical) to 4, separated by commas.')
param severities string

// Not every alert has the same properties: `any` keeps the compiler from asking for them.
var alerts = any(loadJsonContent('../alerts.json'))
var queries = any(loadJsonContent('../queries.json').alerts)
var logAlerts = filter(alerts, alert => !contains(alert, 'metric'))
var metricAlerts = filter(alerts, alert => contains(alert, 'metric'))
var addresses = filter(map(split(emails, ','), address => trim(address)), address => !empty(address))

var otherThresholds = toObject(
  filter(split(thresholds, ','), one => contains(one, '=')),
  one => trim(split(one, '=')[0]),
  one => int(trim(split(one, '=')[1]))
)
var otherSeverities = toObject(
  filter(split(severities, ','), one => contains(one, '=')),
  one => trim(split(one, '=')[0]),
  one => int(trim(split(one, '=')[1]))
)
// 80 percent of the cap. Azure counts 1,000 megabytes to a gigabyte. Without a cap nothing is near it.
var ofCap = { 'log-cap-near': logDailyCapGb * 800 }
var silent = concat(map(split(muted, ','), name => trim(name)), logDailyCapGb < 0 ? ['log-cap-near'] : [])

resource whom 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'alerts'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'letters'
    emailReceivers: [
      for (address, index) in addresses: {
        name: 'email-${index}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
    webhookReceivers: empty(webhookUrl)
      ? []
      : [{ name: 'webhook', serviceUri: webhookUrl, useCommonAlertSchema: true }]
  }
}

resource logRules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for alert in logAlerts: {
    name: alert.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${alert.title} (${environmentName})'
      description: '${alert.title}. What to do: ${runbooksUrl}/${alert.name}.md'
      severity: otherSeverities[?alert.name] ?? alert.severity
      enabled: !contains(silent, alert.name)
      scopes: [workspaceId]
      evaluationFrequency: alert.every
      windowSize: alert.over
      autoMitigate: true
      // The tables of a workspace that nothing has logged to need not be there yet.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: queries[alert.name].text
            timeAggregation: alert.?measure.?aggregation ?? 'Count'
            metricMeasureColumn: alert.?measure.?column
            operator: alert.operator
            threshold: otherThresholds[?alert.name] ?? ofCap[?alert.name] ?? alert.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [whom.id] }
    }
  }
]

// A muted one is left out, lest Azure refuse the whole deployment for a metric that the plan does not have.
resource metricRules 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for alert in metricAlerts: if (!contains(silent, alert.name)) {
    name: alert.name
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.title} (${environmentName}). What to do: ${runbooksUrl}/${alert.name}.md'
      severity: otherSeverities[?alert.name] ?? alert.severity
      enabled: true
      scopes: [appId]
      evaluationFrequency: alert.every
      windowSize: alert.over
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.metric
            metricNamespace: 'Microsoft.Web/sites'
            metricName: alert.metric
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: otherThresholds[?alert.name] ?? alert.threshold
            // An app that was never called need not have its metrics yet.
            skipMetricValidation: true
          }
        ]
      }
      actions: [{ actionGroupId: whom.id }]
    }
  }
]
