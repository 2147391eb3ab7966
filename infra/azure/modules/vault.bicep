metadata description = 'The vault of the keys that the operator puts there. Who may read it is said by roles alone.'

import { grant } from '../grant.bicep'

@minLength(3)
@maxLength(24)
@description('The name of the vault.')
param name string

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Whether a deleted vault cannot be purged for 90 days, by nobody.')
param purgeProtection bool

@description('Whether the vault is open to private endpoints, and to `openTo`, alone.')
param privateNetwork bool

@description('Addresses and CIDRs that reach the vault besides private endpoints.')
param openTo string[]

@description('Who may read or write secrets.')
param grants grant[]

var roleIds = loadJsonContent('../role-ids.json')

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Azure takes true or nothing: it cannot be turned off again.
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: privateNetwork && empty(openTo) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
      ipRules: [for address in openTo: { value: address }]
    }
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for one in grants: {
    name: guid(vault.id, one.principalId, one.role)
    scope: vault
    properties: {
      principalId: one.principalId
      principalType: one.principalType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleIds[one.role])
    }
  }
]

output id string = vault.id
output name string = vault.name
output uri string = 'https://${vault.name}${environment().suffixes.keyvaultDns}'
