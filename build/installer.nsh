; Links of heddle:, which electron-builder registers on the other systems. `--` ends the options: a link cannot add one.
!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\heddle" "" "URL:Heddle link"
  WriteRegStr SHELL_CONTEXT "Software\Classes\heddle" "URL Protocol" ""
  WriteRegStr SHELL_CONTEXT "Software\Classes\heddle\DefaultIcon" "" "$appExe,0"
  WriteRegStr SHELL_CONTEXT "Software\Classes\heddle\shell\open\command" "" '"$appExe" -- "%1"'
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Classes\heddle"
!macroend
