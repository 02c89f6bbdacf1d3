# Makes this machine trust the exam room and puts the exam in kiosk on the desktop.
# 使本机信任考点证书，并在桌面放置全屏考试快捷方式。Without PowerShell: certutil -addstore -f Root ca.cer
param([switch]$$Remove, [switch]$$AtSignIn)
$$ErrorActionPreference = 'Stop'
$$expected = '$fingerprint'
$$thumbprint = '$thumbprint'
$$address = '$address'
$$file = Join-Path $$PSScriptRoot '..\ca.cer'
$$store = 'Cert:\LocalMachine\Root'
$$policies = @('HKLM:\SOFTWARE\Policies\Microsoft\Edge', 'HKLM:\SOFTWARE\Policies\Google\Chrome', 'HKLM:\SOFTWARE\Policies\Chromium')
$$desktop = [Environment]::GetFolderPath('CommonDesktopDirectory')
$$startup = [Environment]::GetFolderPath('CommonStartup')

if ($$Remove) {
  Get-ChildItem $$store | Where-Object { $$_.Thumbprint -eq $$thumbprint } | Remove-Item
  Remove-Item (Join-Path $$desktop 'Exam.lnk'), (Join-Path $$startup 'Exam.lnk') -ErrorAction SilentlyContinue
  Write-Host 'Removed / 已移除'
  exit 0
}

# A kit that was altered on its way stops here.
$$bytes = [IO.File]::ReadAllBytes((Resolve-Path $$file))
$$sha = [Security.Cryptography.SHA256]::Create()
$$found = -join ($$sha.ComputeHash($$bytes) | ForEach-Object { $$_.ToString('X2') })
if ($$found -ne $$expected) { Write-Error "ca.cer is not the room's certificate / 证书不符: $$found"; exit 1 }
Write-Host "SHA-256: $groups"
Import-Certificate -FilePath $$file -CertStoreLocation $$store | Out-Null

foreach ($$key in $$policies) {
  New-Item -Path $$key -Force | Out-Null
  # Private windows forget answers that are only on the machine.
  $$private = 'IncognitoModeAvailability'
  if ($$key -like '*Edge') { $$private = 'InPrivateModeAvailability' }
  New-ItemProperty -Path $$key -Name $$private -Value 1 -PropertyType DWord -Force | Out-Null
  New-ItemProperty -Path $$key -Name 'PasswordManagerEnabled' -Value 0 -PropertyType DWord -Force | Out-Null
}
# Firefox then asks Windows whom to trust.
New-Item -Path 'HKLM:\SOFTWARE\Policies\Mozilla\Firefox\Certificates' -Force | Out-Null
New-ItemProperty -Path 'HKLM:\SOFTWARE\Policies\Mozilla\Firefox\Certificates' -Name 'ImportEnterpriseRoots' -Value 1 -PropertyType DWord -Force | Out-Null

$$browsers = @(
  @("$${env:ProgramFiles}\Google\Chrome\Application\chrome.exe", "--kiosk $$address"),
  @("$${env:ProgramFiles(x86)}\Google\Chrome\Application\chrome.exe", "--kiosk $$address"),
  @("$${env:ProgramFiles(x86)}\Microsoft\Edge\Application\msedge.exe", "--kiosk $$address --edge-kiosk-type=fullscreen --no-first-run"),
  @("$${env:ProgramFiles}\Microsoft\Edge\Application\msedge.exe", "--kiosk $$address --edge-kiosk-type=fullscreen --no-first-run"),
  @("$${env:ProgramFiles}\Mozilla Firefox\firefox.exe", "--kiosk $$address")
)
$$chosen = $$browsers | Where-Object { Test-Path $$_[0] } | Select-Object -First 1
if (-not $$chosen) { Write-Warning 'No browser found / 没有找到浏览器'; exit 0 }
$$folders = @($$desktop)
if ($$AtSignIn) { $$folders += $$startup }
foreach ($$folder in $$folders) {
  $$link = (New-Object -ComObject WScript.Shell).CreateShortcut((Join-Path $$folder 'Exam.lnk'))
  $$link.TargetPath = $$chosen[0]
  $$link.Arguments = $$chosen[1]
  $$link.Save()
}
Write-Host "Done / 完成: $$($$chosen[0]) -> $$address"
