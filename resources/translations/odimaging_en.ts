<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>CategoryDialog</name>
    <message>
        <source>Category</source>
        <translation>Category</translation>
    </message>
    <message>
        <source>Move</source>
        <translation>Move</translation>
    </message>
    <message>
        <source>Move to category</source>
        <translation>Move to category</translation>
    </message>
</context>
<context>
    <name>CategoryTree</name>
    <message>
        <source>Categories</source>
        <translation>Categories</translation>
    </message>
</context>
<context>
    <name>CommandBar</name>
    <message>
        <source>Commands</source>
        <translation>Commands</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>Filing {} of {}…</source>
        <translation>Filing {} of {}…</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>Try now</translation>
    </message>
</context>
<context>
    <name>DeskCommands</name>
    <message>
        <source>All files (*)</source>
        <translation>All files (*)</translation>
    </message>
    <message>
        <source>Import files</source>
        <translation>Import files</translation>
    </message>
    <message>
        <source>Import folder</source>
        <translation>Import folder</translation>
    </message>
    <message>
        <source>Move {} to</source>
        <translation>Move {} to</translation>
    </message>
</context>
<context>
    <name>DetailsPane</name>
    <message>
        <source>(several)</source>
        <translation>(several)</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>Category</translation>
    </message>
    <message>
        <source>Date and time</source>
        <translation>Date and time</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Description</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Loading…</translation>
    </message>
    <message>
        <source>No preview</source>
        <translation>No preview</translation>
    </message>
    <message>
        <source>None</source>
        <translation>None</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>Preview of {}</source>
        <translation>Preview of {}</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Provider</translation>
    </message>
    <message>
        <source>Provider {}</source>
        <translation>Provider {}</translation>
    </message>
    <message>
        <source>Select an image to see its details.</source>
        <translation>Select an image to see its details.</translation>
    </message>
    <message>
        <source>Teeth</source>
        <translation>Teeth</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Type</translation>
    </message>
    <message>
        <source>“{}” is not a date. Write it like {}.</source>
        <translation>“{}” is not a date. Write it like {}.</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Description, type, date, “tooth 14”…</source>
        <translation>Description, type, date, “tooth 14”…</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Filter images</source>
        <translation>Filter images</translation>
    </message>
</context>
<context>
    <name>GridPage</name>
    <message>
        <source>Clear filter</source>
        <translation>Clear filter</translation>
    </message>
    <message>
        <source>Deleted images rest here for 30 days.</source>
        <translation>Deleted images rest here for 30 days.</translation>
    </message>
    <message>
        <source>Drag files here, press Ctrl+V to paste, or choose them:</source>
        <translation>Drag files here, press Ctrl+V to paste, or choose them:</translation>
    </message>
    <message>
        <source>Drop files here to file them in {}.</source>
        <translation>Drop files here to file them in {}.</translation>
    </message>
    <message>
        <source>Find a patient to begin.</source>
        <translation>Find a patient to begin.</translation>
    </message>
    <message>
        <source>Import files…</source>
        <translation>Import files…</translation>
    </message>
    <message>
        <source>No image matches “{}”.</source>
        <translation>No image matches “{}”.</translation>
    </message>
    <message>
        <source>No images for {} yet.</source>
        <translation>No images for {} yet.</translation>
    </message>
    <message>
        <source>Nothing deleted.</source>
        <translation>Nothing deleted.</translation>
    </message>
    <message>
        <source>Nothing in {}.</source>
        <translation>Nothing in {}.</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>Opening…</translation>
    </message>
    <message>
        <source>Type a name, birthdate or number.</source>
        <translation>Type a name, birthdate or number.</translation>
    </message>
    <message>
        <source>{} are hidden.</source>
        <translation>{} are hidden.</translation>
    </message>
</context>
<context>
    <name>ImportResultDialog</name>
    <message>
        <source>Close</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>Files that were not filed</source>
        <translation>Files that were not filed</translation>
    </message>
    <message>
        <source>Filing</source>
        <translation>Filing</translation>
    </message>
    <message>
        <source>Take back the one that was filed</source>
        <translation>Take back the one that was filed</translation>
    </message>
    <message>
        <source>Take back the {} that were filed</source>
        <translation>Take back the {} that were filed</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Theme</translation>
    </message>
    <message>
        <source>About odimaging</source>
        <translation>About odimaging</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>Connected</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Connection</translation>
    </message>
    <message>
        <source>Filing</source>
        <translation>Filing</translation>
    </message>
    <message>
        <source>Finish sending and close</source>
        <translation>Finish sending and close</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Images</translation>
    </message>
    <message>
        <source>Open an image first</source>
        <translation>Open an image first</translation>
    </message>
    <message>
        <source>Show transfers</source>
        <translation>Show transfers</translation>
    </message>
    <message>
        <source>Stay open</source>
        <translation>Stay open</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>Stop and keep them in the queue</source>
        <translation>Stop and keep them in the queue</translation>
    </message>
    <message>
        <source>Stop filing</source>
        <translation>Stop filing</translation>
    </message>
    <message>
        <source>are</source>
        <translation>are</translation>
    </message>
    <message>
        <source>is</source>
        <translation>is</translation>
    </message>
    <message>
        <source>odimaging {}
Patients’ pictures, X-ray series and documents.</source>
        <translation>odimaging {}
Patients’ pictures, X-ray series and documents.</translation>
    </message>
    <message>
        <source>{} {} still being sent.</source>
        <translation>{} {} still being sent.</translation>
    </message>
</context>
<context>
    <name>PasswordDialog</name>
    <message>
        <source>&amp;Password</source>
        <translation>&amp;Password</translation>
    </message>
    <message>
        <source>Database password</source>
        <translation>Database password</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Password</translation>
    </message>
    <message>
        <source>The database of {} asks for the password of {}.</source>
        <translation>The database of {} asks for the password of {}.</translation>
    </message>
    <message>
        <source>its account</source>
        <translation>its account</translation>
    </message>
    <message>
        <source>this practice</source>
        <translation>this practice</translation>
    </message>
</context>
<context>
    <name>PatientBar</name>
    <message>
        <source>Find patient</source>
        <translation>Find patient</translation>
    </message>
    <message>
        <source>Find patient…  Ctrl+O</source>
        <translation>Find patient…  Ctrl+O</translation>
    </message>
    <message>
        <source>No patient open</source>
        <translation>No patient open</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>Opening…</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>Patient</translation>
    </message>
    <message>
        <source>Type a part of a name, a birthdate or a number; Down and Enter choose.</source>
        <translation>Type a part of a name, a birthdate or a number; Down and Enter choose.</translation>
    </message>
</context>
<context>
    <name>PatientResults</name>
    <message>
        <source>Also look in inactive patients</source>
        <translation>Also look in inactive patients</translation>
    </message>
    <message>
        <source>No one matches “{}”. Check the spelling, or try just the birthdate.</source>
        <translation>No one matches “{}”. Check the spelling, or try just the birthdate.</translation>
    </message>
    <message>
        <source>Patients found</source>
        <translation>Patients found</translation>
    </message>
    <message>
        <source>Recent patients</source>
        <translation>Recent patients</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Searching…</translation>
    </message>
    <message>
        <source>The first {} of more. Type on to narrow it down.</source>
        <translation>The first {} of more. Type on to narrow it down.</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Key</source>
        <translation>Key</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Keyboard shortcuts</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>What it does</translation>
    </message>
</context>
<context>
    <name>Submenus</name>
    <message>
        <source>&amp;Move to category</source>
        <translation>&amp;Move to category</translation>
    </message>
    <message>
        <source>&amp;Recent patients</source>
        <translation>&amp;Recent patients</translation>
    </message>
    <message>
        <source>&amp;Send to</source>
        <translation>&amp;Send to</translation>
    </message>
</context>
<context>
    <name>ThumbnailGrid</name>
    <message>
        <source>Images</source>
        <translation>Images</translation>
    </message>
    <message>
        <source>Select this visit</source>
        <translation>Select this visit</translation>
    </message>
</context>
<context>
    <name>UndoStrip</name>
    <message>
        <source>Last change</source>
        <translation>Last change</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>Undo the last change</source>
        <translation>Undo the last change</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>A new practice is made once, by whoever looks after the computers: odimaging init --database URL --root FOLDER --practice FILE. Then open the file it wrote.</source>
        <translation>A new practice is made once, by whoever looks after the computers: odimaging init --database URL --root FOLDER --practice FILE. Then open the file it wrote.</translation>
    </message>
    <message>
        <source>Choose the practice whose images you want to see.</source>
        <translation>Choose the practice whose images you want to see.</translation>
    </message>
    <message>
        <source>Make the demo practice</source>
        <translation>Make the demo practice</translation>
    </message>
    <message>
        <source>Open practice</source>
        <translation>Open practice</translation>
    </message>
    <message>
        <source>Open practice…</source>
        <translation>Open practice…</translation>
    </message>
    <message>
        <source>Practice files (*.toml);;All files (*)</source>
        <translation>Practice files (*.toml);;All files (*)</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Progress</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Welcome</translation>
    </message>
    <message>
        <source>Welcome to odimaging</source>
        <translation>Welcome to odimaging</translation>
    </message>
</context>
<context>
    <name>odimaging</name>
    <message>
        <source>Add one once; after that it is two clicks.</source>
        <translation>Add one once; after that it is two clicks.</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Address</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>Cancel all</source>
        <translation>Cancel all</translation>
    </message>
    <message>
        <source>Choose an image first.</source>
        <translation>Choose an image first.</translation>
    </message>
    <message>
        <source>Clear list</source>
        <translation>Clear list</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Connecting…</translation>
    </message>
    <message>
        <source>Copy both codes</source>
        <translation>Copy both codes</translation>
    </message>
    <message>
        <source>Destinations</source>
        <translation>Destinations</translation>
    </message>
    <message>
        <source>Fetch every file back and compare it (takes longer)</source>
        <translation>Fetch every file back and compare it (takes longer)</translation>
    </message>
    <message>
        <source>Flipped</source>
        <translation>Flipped</translation>
    </message>
    <message>
        <source>Hide transfers</source>
        <translation>Hide transfers</translation>
    </message>
    <message>
        <source>Images not placed in the mount</source>
        <translation>Images not placed in the mount</translation>
    </message>
    <message>
        <source>Images to walk through</source>
        <translation>Images to walk through</translation>
    </message>
    <message>
        <source>Mount</source>
        <translation>Mount</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Name and address are needed.</source>
        <translation>Name and address are needed.</translation>
    </message>
    <message>
        <source>New server</source>
        <translation>New server</translation>
    </message>
    <message>
        <source>No code? Call them and have it read to you before you trust it.</source>
        <translation>No code? Call them and have it read to you before you trust it.</translation>
    </message>
    <message>
        <source>No place to send to yet</source>
        <translation>No place to send to yet</translation>
    </message>
    <message>
        <source>No transfers.</source>
        <translation>No transfers.</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Not now</translation>
    </message>
    <message>
        <source>Nothing was sent</source>
        <translation>Nothing was sent</translation>
    </message>
    <message>
        <source>Open a patient first, then drop the files here.</source>
        <translation>Open a patient first, then drop the files here.</translation>
    </message>
    <message>
        <source>Open in its own program</source>
        <translation>Open in its own program</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>Password</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Picture</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>Positions</translation>
    </message>
    <message>
        <source>Progress of all transfers</source>
        <translation>Progress of all transfers</translation>
    </message>
    <message>
        <source>Remember it in this computer’s password vault</source>
        <translation>Remember it in this computer’s password vault</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Retry</translation>
    </message>
    <message>
        <source>Retry failed</source>
        <translation>Retry failed</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Send</translation>
    </message>
    <message>
        <source>Show drawings</source>
        <translation>Show drawings</translation>
    </message>
    <message>
        <source>Test connection</source>
        <translation>Test connection</translation>
    </message>
    <message>
        <source>The address</source>
        <translation>The address</translation>
    </message>
    <message>
        <source>The code they gave you</source>
        <translation>The code they gave you</translation>
    </message>
    <message>
        <source>The code this server shows</source>
        <translation>The code this server shows</translation>
    </message>
    <message>
        <source>The user name is needed.</source>
        <translation>The user name is needed.</translation>
    </message>
    <message>
        <source>This cannot be shown.</source>
        <translation>This cannot be shown.</translation>
    </message>
    <message>
        <source>This file can be opened after saving a copy of it.</source>
        <translation>This file can be opened after saving a copy of it.</translation>
    </message>
    <message>
        <source>Transfers</source>
        <translation>Transfers</translation>
    </message>
    <message>
        <source>Trust this server</source>
        <translation>Trust this server</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>User name</source>
        <translation>User name</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>Zoom</translation>
    </message>
    <message>
        <source>file</source>
        <translation>file</translation>
    </message>
    <message>
        <source>✓ The codes are the same: it is their server.</source>
        <translation>✓ The codes are the same: it is their server.</translation>
    </message>
    <message>
        <source>✗ The codes differ. Do not go on; call them.</source>
        <translation>✗ The codes differ. Do not go on; call them.</translation>
    </message>
</context>
</TS>
