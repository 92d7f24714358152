"""Databases as Open Dental leaves them, versions 21.1 to 24.3, written after facts §1 and apart from the program's own.

A line is a column: its definition, then from or up to which version it is so. No column has a default that Open Dental
does not give it: an INSERT that forgets one fails in strict mode.
"""

from collections.abc import Iterator

Version = tuple[int, int]

_DOCUMENT = """
DocNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
Description varchar(255) DEFAULT ''
DateCreated datetime NOT NULL
DocCategory bigint NOT NULL
PatNum bigint NOT NULL
FileName varchar(255) DEFAULT ''
ImgType tinyint unsigned NOT NULL DEFAULT 0
IsFlipped tinyint(1) unsigned NOT NULL DEFAULT 0
DegreesRotated smallint NOT NULL | before 21.4
DegreesRotated float NOT NULL | since 21.4
ToothNumbers varchar(255) DEFAULT ''
Note mediumtext NOT NULL
SigIsTopaz tinyint unsigned NOT NULL
Signature text
CropX int NOT NULL
CropY int NOT NULL
CropW int NOT NULL
CropH int NOT NULL
WindowingMin int NOT NULL
WindowingMax int NOT NULL
MountItemNum bigint NOT NULL
DateTStamp timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
RawBase64 mediumtext NOT NULL
Thumbnail text NOT NULL
ExternalGUID varchar(255) NOT NULL
ExternalSource varchar(255) NOT NULL
ProvNum bigint NOT NULL
IsCropOld tinyint unsigned NOT NULL | since 21.4
OcrResponseData text NOT NULL | since 24.1
ImageCaptureType tinyint NOT NULL DEFAULT 0 | since 24.1
PrintHeading tinyint NOT NULL | since 24.2
KEY PatNum (PatNum)
KEY PNDC (PatNum,DocCategory)
KEY MountItemNum (MountItemNum)
"""
_MOUNT = """
MountNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
PatNum bigint NOT NULL
DocCategory bigint NOT NULL
DateCreated datetime NOT NULL DEFAULT '0001-01-01 00:00:00'
Description varchar(255) NOT NULL
Note text NOT NULL
Width int NOT NULL
Height int NOT NULL
ColorBack int NOT NULL
ProvNum bigint NOT NULL
ColorFore int NOT NULL | since 21.4
ColorTextBack int NOT NULL | since 21.4
FlipOnAcquire tinyint NOT NULL | since 22.2
AdjModeAfterSeries tinyint NOT NULL | since 22.2
KEY PatNum (PatNum)
"""
_MOUNT_ITEM = """
MountItemNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
MountNum bigint NOT NULL
Xpos int NOT NULL
Ypos int NOT NULL
ItemOrder int NOT NULL
Width int NOT NULL
Height int NOT NULL
RotateOnAcquire int NOT NULL
ToothNumbers varchar(255) NOT NULL
TextShowing text NOT NULL | since 21.4
FontSize float NOT NULL | since 21.4
KEY MountNum (MountNum)
"""
_IMAGE_DRAW = """
ImageDrawNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
DocNum bigint NOT NULL
MountNum bigint NOT NULL
ColorDraw int NOT NULL
ColorBack int NOT NULL
DrawingSegment text NOT NULL
DrawText varchar(255) NOT NULL
FontSize float NOT NULL
DrawType tinyint NOT NULL
ImageAnnotVendor tinyint NOT NULL | since 23.3
Details text NOT NULL | since 23.3
PearlLayer tinyint NOT NULL | since 24.2
KEY DocNum (DocNum)
KEY MountNum (MountNum)
"""
_DEFINITION = """
DefNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
Category tinyint unsigned NOT NULL DEFAULT 0
ItemOrder smallint unsigned NOT NULL DEFAULT 0
ItemName varchar(255) DEFAULT ''
ItemValue varchar(255) DEFAULT ''
ItemColor int NOT NULL DEFAULT 0
IsHidden tinyint unsigned NOT NULL DEFAULT 0
"""
_PATIENT = """
PatNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
LName varchar(100) DEFAULT ''
FName varchar(100) DEFAULT ''
MiddleI varchar(100) DEFAULT ''
Preferred varchar(100) DEFAULT ''
PatStatus tinyint unsigned NOT NULL DEFAULT 0
Gender tinyint unsigned NOT NULL DEFAULT 0
Position tinyint unsigned NOT NULL DEFAULT 0
Birthdate date NOT NULL DEFAULT '0001-01-01'
SSN varchar(100) DEFAULT ''
ChartNumber varchar(20) DEFAULT '' | before 24.3
ChartNumber varchar(100) NOT NULL DEFAULT '' | since 24.3
Guarantor bigint NOT NULL
ImageFolder varchar(100) DEFAULT ''
PriProv bigint NOT NULL
SecProv bigint NOT NULL
FeeSched bigint NOT NULL
BillingType bigint NOT NULL
SchoolName varchar(255) NOT NULL
EmployerNum bigint NOT NULL
ClinicNum bigint NOT NULL
Premed tinyint NOT NULL
SmokingSnoMed varchar(32) NOT NULL
Country varchar(255) NOT NULL
DateTStamp timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
SecurityHash varchar(255) NOT NULL | since 21.4
KEY indexLName (LName(10))
KEY indexFName (FName(10))
"""
_PROVIDER = """
ProvNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
Abbr varchar(255) DEFAULT NULL
ItemOrder smallint unsigned NOT NULL DEFAULT 0
LName varchar(100) DEFAULT ''
FName varchar(100) DEFAULT ''
IsHidden tinyint unsigned NOT NULL DEFAULT 0
FeeSched bigint NOT NULL
Specialty bigint NOT NULL
EcwID varchar(255) NOT NULL
ProvStatus tinyint NOT NULL
"""
_PREFERENCE = """
PrefNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
PrefName varchar(255) NOT NULL DEFAULT ''
ValueString text NOT NULL
Comments text
KEY PrefName (PrefName(60))
"""
_SECURITY_LOG = """
SecurityLogNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
PermType tinyint unsigned NOT NULL | before 24.3
PermType smallint NOT NULL | since 24.3
UserNum bigint NOT NULL
LogDateTime datetime NOT NULL
LogText text
PatNum bigint NOT NULL
CompName varchar(255) NOT NULL
FKey bigint NOT NULL
LogSource tinyint NOT NULL
DefNum bigint NOT NULL
DefNumError bigint NOT NULL
DateTPrevious datetime NOT NULL DEFAULT '0001-01-01 00:00:00'
KEY PatNum (PatNum)
KEY FKey (FKey)
"""
_SHEET = """
SheetNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
SheetType int NOT NULL
PatNum bigint NOT NULL
DateTimeSheet datetime NOT NULL DEFAULT '0001-01-01 00:00:00'
IsDeleted tinyint NOT NULL
DocNum bigint NOT NULL
KEY PatNum (PatNum)
"""
_SHEET_FIELD = """
SheetFieldNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
SheetNum bigint NOT NULL
FieldType int NOT NULL
FieldName varchar(255) DEFAULT NULL
FieldValue text NOT NULL
KEY SheetNum (SheetNum)
"""
_STATEMENT = """
StatementNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
PatNum bigint NOT NULL
DateSent date NOT NULL DEFAULT '0001-01-01'
DocNum bigint NOT NULL
KEY DocNum (DocNum)
"""
_TASK_ATTACHMENT = """
TaskAttachmentNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
TaskNum bigint NOT NULL
DocNum bigint NOT NULL
TextValue text NOT NULL
Description varchar(255) NOT NULL
KEY DocNum (DocNum)
"""
_EHR_LAB_IMAGE = """
EhrLabImageNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
EhrLabNum bigint NOT NULL
DocNum bigint NOT NULL
KEY DocNum (DocNum)
"""
_ECLIPBOARD_IMAGE_CAPTURE = """
EClipboardImageCaptureNum bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY
PatNum bigint NOT NULL
DefNum bigint NOT NULL
IsSelfPortrait tinyint NOT NULL
DateTimeUpserted datetime NOT NULL DEFAULT '0001-01-01 00:00:00'
DocNum bigint NOT NULL
"""

_TABLES: dict[str, tuple[str, Version]] = {
    "document": (_DOCUMENT, (0, 0)),
    "mount": (_MOUNT, (0, 0)),
    "mountitem": (_MOUNT_ITEM, (0, 0)),
    "imagedraw": (_IMAGE_DRAW, (0, 0)),
    "definition": (_DEFINITION, (0, 0)),
    "patient": (_PATIENT, (0, 0)),
    "provider": (_PROVIDER, (0, 0)),
    "preference": (_PREFERENCE, (0, 0)),
    "securitylog": (_SECURITY_LOG, (0, 0)),
    "sheet": (_SHEET, (0, 0)),
    "sheetfield": (_SHEET_FIELD, (0, 0)),
    "statement": (_STATEMENT, (0, 0)),
    "taskattachment": (_TASK_ATTACHMENT, (22, 4)),
    "ehrlabimage": (_EHR_LAB_IMAGE, (0, 0)),
    "eclipboardimagecapture": (_ECLIPBOARD_IMAGE_CAPTURE, (22, 4)),
}
_OTHERS = """
    account adjustment appointment appointmenttype carrier claim claimproc clinic computerpref disease employer
    entrylog fee insplan medication operatory paysplit procedurecode procedurelog programproperty recall rxpat
    schedule signalod task tasklist userod userodpref
"""

_ROWS = (
    "INSERT INTO preference (PrefName, ValueString) VALUES ('ProgramVersion', '{version}.0.0'), "
    "('AtoZfolderUsed', '1'), ('DocPath', ''), ('RandomPrimaryKeys', '0')",
    "INSERT INTO definition (Category, ItemOrder, ItemName, ItemValue, IsHidden) VALUES "
    "(18, 1, 'Panos', 'XM', 0), (18, 0, 'BWs', 'XM', 0), (18, 2, 'Old', '', 1), (17, 0, 'Not an image', '', 0)",
    "INSERT INTO provider (Abbr, FeeSched, Specialty, EcwID, ProvStatus, IsHidden) VALUES "
    "('DOC', 0, 0, '', 0, 0), ('GONE', 0, 0, '', 1, 0)",
    "INSERT INTO patient (PatNum, LName, FName, Guarantor, PriProv, SecProv, FeeSched, BillingType, SchoolName, "
    "EmployerNum, ClinicNum, Premed, SmokingSnoMed, Country{hash}) VALUES "
    "(15, 'Smith', 'John', 15, 1, 0, 0, 0, '', 0, 0, 0, '', ''{hash_value})",
)


def statements(version: Version, engine: str, charset: str) -> Iterator[str]:
    """Everything to be said to an empty database."""
    for name, (columns, since) in _TABLES.items():
        if version >= since:
            lines = ", ".join(_lines(columns, version))
            yield f"CREATE TABLE {name} ({lines}) ENGINE={engine} DEFAULT CHARSET={charset}"
    for name in _OTHERS.split():
        key = f"{name.capitalize()}Num bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY"
        yield f"CREATE TABLE {name} ({key}, Note text NOT NULL) ENGINE={engine} DEFAULT CHARSET={charset}"
    hashed = version >= (21, 4)
    for row in _ROWS:
        yield row.format(
            version=f"{version[0]}.{version[1]}",
            hash=", SecurityHash" if hashed else "",
            hash_value=", ''" if hashed else "",
        )


def _lines(columns: str, version: Version) -> Iterator[str]:
    for line in columns.strip().splitlines():
        definition, _, rule = line.partition(" | ")
        word, _, limit = rule.partition(" ")
        if not rule or (version >= _version(limit)) == (word == "since"):
            yield definition


def _version(text: str) -> Version:
    major, minor = text.split(".")
    return int(major), int(minor)
