targetScope = 'subscription'

metadata description = 'Everything that one environment of altinn-correspondence-events needs in Azure.'

@minLength(1)
@maxLength(64)
@description('The name of the environment: what the resource group is called, and what the other names are made of.')
param environmentName string

@minLength(1)
@description('The region of every resource; one that has Flex Consumption.')
@metadata({ azd: { type: 'location' } })
param location string

@description('The object id of who deploys: a person, a group or a pipeline.')
param principalId string = ''

@description('What that is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string = 'User'

@description('Whether who deploys may use the queues and tables, and read and write secrets. The command line and the hook after deployment need it. Turning it off takes away nothing that was given.')
param operatorAccess bool = true

@description('The version of Node.js.')
@allowed(['22', '24'])
param nodeVersion string = '22'

@description('Memory of an instance, in MB. The processor goes with it, and so does the price.')
@allowed([512, 2048])
param instanceMemoryMB int = 2048

@minValue(1)
@maxValue(1000)
@description('How many instances there may be of each queue function, and of those that answer HTTP. Azure has refused less than 40.')
param maximumInstanceCount int = 40

@minValue(0)
@maxValue(20)
@description('How many instances wait for events at all times. Each is paid for; 0 lets the first event of a quiet time wait for a start. With zones it is at least two.')
param alwaysReadyInstances int = 0

@description('Whether instances are spread over zones. Not every region can, and what is always ready is then at least two of each.')
param zoneRedundant bool = false

@description('Copies of what is stored. Standard_ZRS survives the loss of a zone; Standard_LRS is for regions without zones.')
@allowed(['Standard_ZRS', 'Standard_GZRS', 'Standard_RAGZRS', 'Standard_LRS', 'Standard_GRS', 'Standard_RAGRS'])
param storageRedundancy string = 'Standard_ZRS'

@description('Whether a lock keeps the account of events from being deleted. `azd down` fails while it is there; set to false it stays until somebody takes it away.')
param lockData bool = true

@description('Whether a deleted vault cannot be purged for 90 days. It cannot be turned off again, and the same environment can then only be made anew by recovering its vault.')
param vaultPurgeProtection bool = true

@description('Whether storage and vault are reached by private endpoints in a network alone. The app itself stays open: Altinn calls it from the internet. The subscription needs the resource provider Microsoft.App.')
param privateNetwork bool = false

@description('The addresses of that network: a /24, or wider.')
param networkAddressPrefix string = '10.80.0.0/24'

@description('Addresses and CIDRs, separated by commas, that reach storage and vault besides the private network: the operator\'s. Storage takes no /31 and /32: write the address alone.')
param operatorAddresses string = ''

@minValue(-1)
@description('Gigabytes that a day may log. What is above is lost, signals and all: -1 is no limit.')
param logDailyCapGb int = 5

@minValue(30)
@maxValue(730)
@description('Days that the log is kept.')
param logRetentionDays int = 90

@description('Settings of docs/settings.md by their names, as text. Empty ones are not set. Secrets do not belong here: they are put into the vault.')
param settings object = {}

@description('Settings of your own code and of the policy\'s channels (CHANNEL_...), as NAME=value;NAME=value. Names that the product or Azure has are left out. A secret is a reference to the vault: NAME=@Microsoft.KeyVault(SecretUri=...).')
param ownSettings string = ''

@description('Whether the operator has put the client\'s key into the vault, as the secret maskinporten-key. Until then the settings that need it wait, and Altinn is not called.')
param maskinportenKeyInVault bool = false

@description('Whether the operator has put what signs follow-ups into the vault, as the secret follow-up-webhook-secret. Until then follow-ups go to the log.')
param followUpWebhookSecretInVault bool = false

@description('Addresses that alerts are mailed to, separated by commas. Without any, and without a webhook, alerts are in the portal alone.')
param alertEmails string = ''

@secure()
@description('Where alerts are posted, in Azure\'s common alert schema. Empty posts them nowhere.')
param alertWebhookUrl string = ''

@description('Alerts that tell nobody, by the names of docs/runbooks, separated by commas.')
param mutedAlerts string = ''

@description('Other thresholds than infra/azure/alerts.json has: name=number, separated by commas.')
param alertThresholds string = ''

@description('Other severities than infra/azure/alerts.json has: name=number from 0 (critical) to 4, separated by commas.')
param alertSeverities string = ''

@description('Where the runbooks are; a page\'s name is put behind it. The address of docs/runbooks in your copy of the repository makes a link of it.')
param runbooksUrl string = 'docs/runbooks'

var token = uniqueString(subscription().id, environmentName, location)
var names = {
  resourceGroup: 'rg-${environmentName}'
  identity: 'id-${token}'
  hostStorage: 'sthost${token}'
  dataStorage: 'stdata${token}'
  vault: 'kv-${token}'
  workspace: 'log-${token}'
  queryPack: 'pack-${token}'
  insights: 'appi-${token}'
  network: 'vnet-${token}'
  plan: 'plan-${token}'
  app: 'func-${token}'
}
var tags = { 'azd-env-name': environmentName }
var packageContainer = 'app-package'
var openTo = privateNetwork && !empty(operatorAddresses) ? split(replace(operatorAddresses, ' ', ''), ',') : []

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: names.resourceGroup
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: { name: names.identity, location: location, tags: tags }
}

// The Functions host's: its locks and keys, and the package.
module hostStorage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.hostStorage
    location: location
    tags: tags
    redundancy: storageRedundancy
    container: packageContainer
    privateNetwork: privateNetwork
    openTo: openTo
  }
}

// The product's own queues and tables: letters, and who they are about.
module dataStorage 'modules/storage.bicep' = {
  scope: group
  params: {
    name: names.dataStorage
    location: location
    tags: tags
    redundancy: storageRedundancy
    privateNetwork: privateNetwork
    openTo: openTo
    lock: lockData
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    purgeProtection: vaultPurgeProtection
    privateNetwork: privateNetwork
    openTo: openTo
  }
}

module monitor 'modules/monitor.bicep' = {
  scope: group
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    dailyCapGb: logDailyCapGb
    retentionDays: logRetentionDays
  }
}

module appRoles 'modules/app-roles.bicep' = {
  scope: group
  params: {
    // Known once the identity is there: what-if says nothing of these roles.
    #disable-next-line what-if-short-circuiting
    principalId: identity.outputs.principalId
    hostStorageName: names.hostStorage
    dataStorageName: names.dataStorage
    vaultName: names.vault
    insightsName: names.insights
  }
  dependsOn: [hostStorage, dataStorage, vault, monitor]
}

module operatorRoles 'modules/operator-roles.bicep' = if (operatorAccess && !empty(principalId)) {
  scope: group
  params: {
    principalId: principalId
    principalType: principalType
    dataStorageName: names.dataStorage
    vaultName: names.vault
  }
  dependsOn: [dataStorage, vault]
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  params: { name: names.network, location: location, tags: tags, addressPrefix: networkAddressPrefix }
}

module endpoints 'modules/private-endpoints.bicep' = if (privateNetwork) {
  scope: group
  params: {
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointsSubnetId
    token: token
    hostStorageId: hostStorage.outputs.id
    dataStorageId: dataStorage.outputs.id
    vaultId: vault.outputs.id
  }
}

module app 'modules/app.bicep' = {
  scope: group
  params: {
    planName: names.plan
    name: names.app
    location: location
    tags: tags
    identityId: identity.outputs.id
    hostBlobServiceUri: hostStorage.outputs.blobServiceUri
    packageContainer: packageContainer
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: zoneRedundant && alwaysReadyInstances == 1 ? 2 : alwaysReadyInstances
    zoneRedundant: zoneRedundant
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
  }
  dependsOn: [appRoles, endpoints]
}

module appSettings 'modules/app-settings.bicep' = {
  scope: group
  params: {
    appName: names.app
    identityClientId: identity.outputs.clientId
    insightsName: names.insights
    hostStorageName: names.hostStorage
    dataStorageName: names.dataStorage
    vaultName: names.vault
    settings: settings
    ownSettings: ownSettings
    maskinportenKeyInVault: maskinportenKeyInVault
    followUpWebhookSecretInVault: followUpWebhookSecretInVault
  }
  dependsOn: [app]
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: environmentName
    workspaceId: monitor.outputs.workspaceId
    appId: app.outputs.id
    logDailyCapGb: logDailyCapGb
    emails: alertEmails
    webhookUrl: alertWebhookUrl
    runbooksUrl: runbooksUrl
    muted: mutedAlerts
    thresholds: alertThresholds
    severities: alertSeverities
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: environmentName
    queryPackName: names.queryPack
    workspaceId: monitor.outputs.workspaceId
  }
}

@description('Who signs in to these resources.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('Where the resources are.')
output AZURE_RESOURCE_GROUP string = group.name

@description('The function app.')
output AZURE_FUNCTION_APP_NAME string = app.outputs.name

@description('Where Altinn posts, without its key.')
output RECEIVER_ENDPOINT string = '${app.outputs.url}/api/events'

@description('The vault of the keys.')
output AZURE_KEY_VAULT_NAME string = vault.outputs.name

@description('The address of that vault.')
output AZURE_KEY_VAULT_ENDPOINT string = vault.outputs.uri

@description('The queues of the product, as the command line is told of them.')
output DATA_STORAGE__queueServiceUri string = dataStorage.outputs.queueServiceUri

@description('The tables of the product, as the command line is told of them.')
output DATA_STORAGE__tableServiceUri string = dataStorage.outputs.tableServiceUri

@description('The workspace that the log is in.')
output AZURE_LOG_ANALYTICS_WORKSPACE_ID string = monitor.outputs.workspaceId

@description('The names in OWN_SETTINGS that were left out, since they are the product\'s or Azure\'s.')
output OWN_SETTINGS_LEFT_OUT string = appSettings.outputs.leftOut
