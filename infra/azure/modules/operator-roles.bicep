metadata description = 'What who deploys may do: the command line reads queues and tables, and keys are put into the vault.'

@description('The object id of the person, group or pipeline.')
param principalId string

@description('What that is.')
param principalType string

@description('The account of the product\'s data.')
param dataStorageName string

@description('The vault of the secrets.')
param vaultName string

var roleIds = loadJsonContent('../role-ids.json')
var dataStorageRoles = ['Storage Queue Data Contributor', 'Storage Table Data Contributor']
var vaultRole = 'Key Vault Secrets Officer'

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataStorageName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource onDataStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in dataStorageRoles: {
    name: guid(dataStorage.id, principalId, role)
    scope: dataStorage
    properties: {
      principalId: principalId
      principalType: principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[role])
    }
  }
]

resource onVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, vaultRole)
  scope: vault
  properties: {
    principalId: principalId
    principalType: principalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[vaultRole])
  }
}
