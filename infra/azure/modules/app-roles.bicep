metadata description = 'What the app may do: each role on one resource.'

@description('The object id of the identity that the app acts as.')
param principalId string

@description('The account of the Functions host.')
param hostStorageName string

@description('The account of the product\'s data.')
param dataStorageName string

@description('The vault of the secrets.')
param vaultName string

@description('The Application Insights resource that the app logs to.')
param insightsName string

var roleIds = loadJsonContent('../role-ids.json')
// Locks, keys and the package are blobs; the host's own diagnostic events are rows of a table.
var hostStorageRoles = ['Storage Blob Data Owner', 'Storage Table Data Contributor']
var dataStorageRoles = ['Storage Queue Data Contributor', 'Storage Table Data Contributor']
var vaultRole = 'Key Vault Secrets User'
var insightsRole = 'Monitoring Metrics Publisher'

resource hostStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: hostStorageName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataStorageName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource onHostStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in hostStorageRoles: {
    name: guid(hostStorage.id, principalId, role)
    scope: hostStorage
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]

resource onDataStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in dataStorageRoles: {
    name: guid(dataStorage.id, principalId, role)
    scope: dataStorage
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]

resource onVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, vaultRole)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[vaultRole])
  }
}

resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, insightsRole)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[insightsRole])
  }
}
