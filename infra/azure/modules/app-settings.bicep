metadata description = 'The application settings: where storage and the log are, the product\'s, references to its secrets, and the owner\'s.'

@description('The function app.')
param appName string

@description('The client id of the identity that the app acts as.')
param identityClientId string

@description('The Application Insights resource that the app logs to.')
param insightsName string

@description('The account of the Functions host.')
param hostStorageName string

@description('The account of the product\'s data.')
param dataStorageName string

@description('The vault of the secrets.')
param vaultName string

@description('Settings of docs/settings.md by their names. Empty ones are not set.')
param settings object

@description('Settings of the owner\'s code and of the policy\'s channels: NAME=value;NAME=value.')
param ownSettings string

@description('Whether the secret maskinporten-key is in the vault.')
param maskinportenKeyInVault bool

@description('Whether the secret follow-up-webhook-secret is in the vault.')
param followUpWebhookSecretInVault bool

// One of these without the key would stop the app at its start.
var needMaskinportenKey = [
  'ALTINN_ENVIRONMENT'
  'ALTINN_SUBUNITS'
  'ALTINN_SYSTEM_USER_ORG'
  'MASKINPORTEN_CLIENT_ID'
  'MASKINPORTEN_KEY_ID'
  'MASKINPORTEN_SCOPES'
  'MASKINPORTEN_URL'
]
var needWebhookSecret = ['FOLLOW_UP_WEBHOOK_URL']
var waiting = concat(
  maskinportenKeyInVault ? [] : needMaskinportenKey,
  followUpWebhookSecretInVault ? [] : needWebhookSecret
)
var given = filter(items(settings), one => !empty(one.value) && !contains(waiting, one.key))

// How names begin that are the product's or Azure's: no setting of the owner's takes their place.
var notOwn = [
  'ALTINN_'
  'APPINSIGHTS_'
  'APPLICATIONINSIGHTS_'
  'AUDIT_'
  'AzureWebJobsDashboard'
  'AzureWebJobsStorage'
  'DATA_STORAGE'
  'ENABLE_ORYX_BUILD'
  'FOLLOW_UP'
  'FUNCTIONS_'
  'MASKINPORTEN_'
  'OPEN_TELEMETRY'
  'OTEL_EXPORTER_OTLP_ENDPOINT'
  'RECEIVER_PUBLIC_URL'
  'RECONCILE_'
  'SCM_'
  'TZ'
  'WEBSITE_'
]
var named = filter(split(ownSettings, ';'), one => indexOf(trim(one), '=') > 0)
var own = filter(named, one => empty(filter(notOwn, name => startsWith(toLower(trim(one)), toLower(name)))))
var leftOut = filter(named, one => !empty(filter(notOwn, name => startsWith(toLower(trim(one)), toLower(name)))))

var secrets = 'https://${vaultName}${environment().suffixes.keyvaultDns}/secrets'
var storageSuffix = environment().suffixes.storage

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource appSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    toObject(own, one => trim(split(one, '=')[0]), one => trim(substring(one, indexOf(one, '=') + 1))),
    toObject(given, one => one.key, one => one.value),
    maskinportenKeyInVault ? { MASKINPORTEN_KEY: '@Microsoft.KeyVault(SecretUri=${secrets}/maskinporten-key)' } : {},
    followUpWebhookSecretInVault
      ? { FOLLOW_UP_WEBHOOK_SECRET: '@Microsoft.KeyVault(SecretUri=${secrets}/follow-up-webhook-secret)' }
      : {},
    {
      AzureWebJobsStorage__blobServiceUri: 'https://${hostStorageName}.blob.${storageSuffix}'
      AzureWebJobsStorage__queueServiceUri: 'https://${hostStorageName}.queue.${storageSuffix}'
      AzureWebJobsStorage__tableServiceUri: 'https://${hostStorageName}.table.${storageSuffix}'
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identityClientId
      DATA_STORAGE__queueServiceUri: 'https://${dataStorageName}.queue.${storageSuffix}'
      DATA_STORAGE__tableServiceUri: 'https://${dataStorageName}.table.${storageSuffix}'
      DATA_STORAGE__credential: 'managedidentity'
      DATA_STORAGE__clientId: identityClientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    }
  )
}

@description('The names in ownSettings that are the product\'s or Azure\'s, and were left out.')
output leftOut string = join(map(leftOut, one => trim(split(one, '=')[0])), ', ')
