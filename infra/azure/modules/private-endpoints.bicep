metadata description = 'Private endpoints of both storage accounts and the vault, and the zones that resolve them.'

@description('The region.')
param location string

@description('Tags of every resource.')
param tags object

@description('The network that resolves their names.')
param networkId string

@description('The subnet that they are in.')
param subnetId string

@description('What the names of endpoints end with.')
param token string

@description('The id of the account of the Functions host.')
param hostStorageId string

@description('The id of the account of the product\'s data.')
param dataStorageId string

@description('The id of the vault.')
param vaultId string

var storageSuffix = environment().suffixes.storage
var zoneNames = {
  blob: 'privatelink.blob.${storageSuffix}'
  queue: 'privatelink.queue.${storageSuffix}'
  table: 'privatelink.table.${storageSuffix}'
  vault: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
}

var targets = [
  { name: 'host-blob', part: 'blob', id: hostStorageId }
  { name: 'host-queue', part: 'queue', id: hostStorageId }
  { name: 'host-table', part: 'table', id: hostStorageId }
  { name: 'data-queue', part: 'queue', id: dataStorageId }
  { name: 'data-table', part: 'table', id: dataStorageId }
  { name: 'vault', part: 'vault', id: vaultId }
]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for zone in items(zoneNames): {
    name: zone.value
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (zone, index) in items(zoneNames): {
    parent: zones[index]
    name: 'network'
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
  }
]

module endpoints 'private-endpoint.bicep' = [
  for target in targets: {
    params: {
      name: 'pep-${target.name}-${token}'
      location: location
      tags: tags
      subnetId: subnetId
      targetId: target.id
      part: target.part
      zoneName: zoneNames[target.part]
    }
    dependsOn: [links]
  }
]
