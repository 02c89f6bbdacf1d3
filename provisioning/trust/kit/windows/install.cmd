@echo off
rem Runs install.ps1 beside it, whatever the machine's rule for scripts is.
powershell -NoProfile -ExecutionPolicy Bypass -File "%~dp0install.ps1" %*
if errorlevel 1 pause
